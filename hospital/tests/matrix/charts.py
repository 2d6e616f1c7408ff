"""The rest of a chart, each text of it a canary: released, held back, in error, still being typed."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import DetailsChange
from clinical.models import Allergy, AllergyReaction, Encounter, MedicalRecord, NoteDraft, PrescriptionCheck
from clinical.tests import rows
from hospital.tests.matrix.world import DESK, World, close, encounter, write
from scheduling.models import Appointment

Readers = frozenset[str]


def build_chart(world: World, name: str, visit: Appointment, team: Readers) -> None:
    wishes(world, name, visit)
    lists(world, name, visit, team)
    results(world, name, visit, team)
    documents(world, name, visit, team)
    held_back(world, name, visit, team)
    typing(world, name, visit, team)


def wishes(world: World, name: str, visit: Appointment) -> None:
    """A change of details that the patient asks for."""
    desk = DESK | {name}
    wish = DetailsChange.objects.create(
        patient=visit.patient,
        field="address",
        old=visit.patient.address,
        wanted=world.canary(f"wanted{name}", desk),
        requested_by=world.actors[name],
    )
    world.keep("detailschange", name, wish, desk)


def keep(world: World, make: Any, kind: str, name: str, visit: Appointment, **values: Any) -> Any:
    """A row of the patient's, entered by the doctor; the doctor may change it, of the nurse's kinds the nurse too."""
    writers = {visit.doctor.given_name}
    if kind in ("vitalsign", "immunization") and name.startswith("ana"):
        writers.add("nurse")
    row = make(patient=visit.patient, recorded_by=visit.doctor.user, **values)
    return world.keep(kind, name, row, frozenset(writers))


def lists(world: World, name: str, visit: Appointment, team: Readers) -> None:
    both = team | {name}
    allergy = keep(
        world, rows.AllergyFactory, "allergy", name, visit, display=world.canary(f"allergy{name}", both)
    )
    AllergyReaction.objects.create(allergy=allergy, manifestation=world.canary(f"reaction{name}", both))
    wrong = {"verification": Allergy.Verification.ENTERED_IN_ERROR}
    text = world.canary(f"wrongallergy{name}", team)
    keep(world, rows.AllergyFactory, "allergy", f"{name}-wrong", visit, display=text, **wrong)
    keep(world, rows.VitalSignFactory, "vitalsign", name, visit)
    dose = {"display": world.canary(f"vaccine{name}", both), "lot_number": world.canary(f"lot{name}", both)}
    keep(world, rows.ImmunizationFactory, "immunization", name, visit, **dose)
    text = world.canary(f"wrongvaccine{name}", team)
    keep(
        world,
        rows.ImmunizationFactory,
        "immunization",
        f"{name}-wrong",
        visit,
        display=text,
        status="entered-in-error",
    )


def results(world: World, name: str, visit: Appointment, team: Readers) -> None:
    """Released; waiting for the review; never for the patient; corrected, and the old value with it."""
    both, make = team | {name}, rows.LabResultFactory
    told = {"value_quantity": None, "value_text": world.canary(f"result{name}", both)}
    keep(world, make, "labresult", name, visit, **told)
    for state, values in {
        "held": {"released_at": None},
        "later": {"released_at": timezone.now() + timedelta(days=3)},
        "never": {"released_at": None, "release_policy": "never"},
        "wrong": {"status": "entered-in-error"},
    }.items():
        text = world.canary(f"{state}result{name}", team)
        keep(
            world, make, "labresult", f"{name}-{state}", visit, value_quantity=None, value_text=text, **values
        )
    text = world.canary(f"oldresult{name}", team)
    old = keep(world, make, "labresult", f"{name}-old", visit, value_quantity=None, value_text=text)
    text = world.canary(f"newresult{name}", both)
    keep(
        world,
        make,
        "labresult",
        f"{name}-new",
        visit,
        value_quantity=None,
        value_text=text,
        status="corrected",
        corrects=old,
    )


def documents(world: World, name: str, visit: Appointment, team: Readers) -> None:
    for state, readers in {"released": team | {name}, "inside": team}.items():
        text = world.canary(f"file{state}{name}", readers)
        released = timezone.now() - timedelta(days=1) if state == "released" else None
        keep(
            world,
            rows.DocumentFactory,
            "document",
            f"{name}-{state}",
            visit,
            title=world.canary(f"title{state}{name}", readers),
            file=ContentFile(text.encode(), name="letter.txt"),
            released_at=released,
        )


def held_back(world: World, name: str, visit: Appointment, team: Readers) -> None:
    """A signed record that the patient may not read yet, and a released one that was struck through."""
    author = frozenset({visit.doctor.given_name})
    for days, state in ((20, "held"), (30, "struck")):
        row = encounter(world, f"{name}{state}", visit, team, days=days)
        record = write(world, f"{name}-{state}", row, team)
        close(row, record, is_released=state == "struck")
        world.keep("record", f"{name}-{state}", record, author)
        if state == "struck":
            MedicalRecord.objects.filter(pk=record.pk).update(status="entered-in-error")


def typing(world: World, name: str, visit: Appointment, team: Readers) -> None:
    """What the doctor types just now, what was warned of, what the patient asks to correct."""
    doctor = frozenset({visit.doctor.given_name})
    now = Encounter.objects.get(appointment=visit)
    typed = {"complaint": [world.canary(f"typing{name}", doctor)]}
    place = {"encounter": now, "path": f"/encounters/{now.public_id}/"}
    NoteDraft.objects.create(author=visit.doctor.user, typed=typed, **place)
    PrescriptionCheck.objects.create(
        encounter=now,
        rule="duplicate",
        medicine=world.canary(f"checked{name}", team),
        subject="x",
        message=world.canary(f"warning{name}", team),
        override_code="1",
        actor=visit.doctor.user,
        happened_at=timezone.now(),
    )
    record = world.rows["record"][f"{name}-signed"]
    text = world.canary(f"asked{name}", team | {name})
    asked = rows.CorrectionRequestFactory(record=record, recorded_by=world.actors[name], text=text)
    world.keep("correctionrequest", name, asked, doctor)
