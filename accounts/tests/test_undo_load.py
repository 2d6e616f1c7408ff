"""Taking a load of patients back: what goes, what stands in the way, who may."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts.audit import acting
from accounts.errors import CannotUndo, NotAllowed
from accounts.loading import undo
from accounts.loading.undo import preview_undo, undo_load
from accounts.models import (
    AuditEvent,
    Department,
    LoadBatch,
    Patient,
    PatientAccess,
    PossibleTwin,
    SourceReference,
)
from accounts.models.loading import SILENCE
from accounts.tests.factories import DoctorFactory
from accounts.tests.house_files import Ran, write

pytestmark = pytest.mark.django_db
ANA = {"ID": "P1", "GIVEN_NAME": "Ana", "FAMILY_NAME": "Silva", "BIRTH_DATE": "1980-05-17", "CITY": "Bath"}
BEN = {"ID": "P2", "GIVEN_NAME": "Ben", "FAMILY_NAME": "Okafor", "BIRTH_DATE": "1931-02-03", "CITY": "Bath"}


@pytest.fixture
def load(tmp_path: Any) -> Any:
    def run(*rows: dict[str, str]) -> LoadBatch:
        ran = Ran("load_patients", write(tmp_path / "people.csv", rows), "--json")
        assert ran.code == 0, ran.err
        return LoadBatch.objects.order_by("-pk")[0]

    return run


@pytest.fixture
def take_back(admin: Any, now: Any) -> Any:
    def run(batch: LoadBatch) -> undo.Undoing:
        return undo_load(batch=batch, reason="wrong file", actor=admin, now=now)

    return run


def standing() -> tuple[int, int]:
    return Patient.objects.count(), SourceReference.objects.count()


def refused(take_back: Any, batch: LoadBatch, *words: str) -> None:
    """With these words, and everything stands as before."""
    before = standing()
    with pytest.raises(CannotUndo) as refusal:
        take_back(batch)

    batch.refresh_from_db()
    assert all(one in str(refusal.value) for one in words), str(refusal.value)
    assert (standing(), batch.status) == (before, "finished")


def test_what_was_loaded_goes_and_is_noted(load, take_back, admin, now):
    batch = load(ANA, BEN)

    found = take_back(batch)

    batch.refresh_from_db()
    (event,) = AuditEvent.objects.filter(action="undo-load")
    gone = AuditEvent.objects.filter(action="delete", target_table="accounts_patient", batch_id=batch.pk)
    assert (found.removed, found.restored, standing()) == ([("Patients", 2)], [], (0, 0))
    assert (batch.status, batch.undone_by, batch.undone_at) == ("undone", admin, now)
    assert (event.actor, event.reason, event.target_id) == (admin, "wrong file", str(batch.pk))
    assert [note.actor for note in gone] == [admin, admin]


def test_a_preview_tells_the_same_and_does_nothing(load, admin, now):
    batch = load(ANA, BEN)

    found = preview_undo(batch=batch, actor=admin, now=now)

    assert (found.removed, found.obstacles, standing()) == ([("Patients", 2)], [], (2, 2))


def test_the_same_file_loads_again_under_new_numbers(load, take_back):
    batch = load(ANA)
    old = Patient.objects.get().mrn
    take_back(batch)

    load(ANA)

    assert Patient.objects.get().mrn > old


def test_an_update_becomes_what_it_was_but_the_version_goes_on(load, take_back):
    load(ANA)
    take_back(load(ANA | {"CITY": "Paris", "GIVEN_NAME": "Eva"}))

    ana = Patient.objects.get()
    assert (ana.city, ana.given_name, ana.search_name, ana.name_sounds, ana.version) == (
        "Bath",
        "Ana",
        "ana silva",
        "AN SLF",
        3,
    )
    assert load(ANA | {"CITY": "Paris"}).counts["patients"]["updated"] == 1


def test_twins_that_the_load_queued_go(load, take_back):
    load(ANA)
    batch = load(ANA | {"ID": "P9"})
    assert PossibleTwin.objects.count() == 1

    take_back(batch)

    assert (PossibleTwin.objects.count(), Patient.objects.count()) == (0, 1)


def test_a_decision_about_twins_is_work(load, take_back, now, admin):
    load(ANA)
    batch = load(ANA | {"ID": "P9"})
    PossibleTwin.objects.update(status="different", decided_by=admin, decided_at=now)

    refused(take_back, batch, "Possible twins of this load that were changed since: 1.")


def test_an_edit_in_the_back_office_is_work(load, take_back):
    batch = load(ANA, BEN)
    Patient.objects.filter(given_name="Ben").update(phone="+442079460123")

    refused(take_back, batch, "Patients of this load that were changed since: 1.")


def test_an_account_that_was_linked_is_work(load, take_back, ana_user, now):
    batch = load(BEN)
    PatientAccess.objects.create(
        patient=Patient.objects.get(given_name="Ben"), user=ana_user, kind="proxy", starts_at=now
    )

    refused(take_back, batch, "depend on this load: 1.")


def test_a_later_load_is_undone_first(load, take_back):
    first, second = load(ANA), load(ANA | {"CITY": "Paris"})

    refused(take_back, first, f"undo “{second}” first")
    take_back(second)
    take_back(first)

    assert standing() == (0, 0)


def test_a_row_changed_again_in_the_same_column_is_work(load, take_back):
    load(ANA)
    batch = load(ANA | {"CITY": "Paris"})
    Patient.objects.update(city="Rome")

    refused(take_back, batch, "Patients that this load changed and that were changed again since: 1.")


def test_another_column_of_a_changed_row_is_left_alone(load, take_back):
    load(ANA)
    batch = load(ANA | {"CITY": "Paris"})
    Patient.objects.update(email="ana@example.org")

    take_back(batch)

    assert Patient.objects.values_list("city", "email").get() == ("Bath", "ana@example.org")


def test_a_row_deleted_by_hand_is_no_obstacle_to_what_made_it(load, take_back):
    batch = load(ANA, BEN)
    Patient.objects.filter(given_name="Ben").delete()

    take_back(batch)

    assert standing() == (0, 0)


def test_a_department_that_was_there_stays_and_one_with_a_doctor_stands_in_the_way(
    tmp_path, take_back, cardiology
):
    Ran("load_departments", write(tmp_path / "d.csv", [{"NAME": "Cardiology"}, {"NAME": "Oncology"}]))
    batch = LoadBatch.objects.get()
    doctor = DoctorFactory(department=Department.objects.get(name="Oncology"))

    refused(take_back, batch, "Doctors that came later and depend on this load: 1.")
    doctor.department = cardiology
    doctor.save()
    take_back(batch)

    assert list(Department.objects.filter(pk=cardiology.pk)) == [cardiology]
    assert not Department.objects.filter(name="Oncology").exists()
    assert SourceReference.objects.count() == 0


def test_a_fault_half_way_leaves_everything(load, take_back, monkeypatch):
    batch = load(ANA, BEN)
    monkeypatch.setattr(undo, "close", lambda *rest: (_ for _ in ()).throw(ZeroDivisionError))
    before = standing()

    with pytest.raises(ZeroDivisionError):
        take_back(batch)

    assert standing() == before


def test_nothing_is_undone_twice(load, take_back):
    batch = load(ANA)
    take_back(batch)

    with pytest.raises(CannotUndo, match="undone already"):
        take_back(batch)


def test_a_running_load_is_left_alone_until_it_has_been_silent(load, take_back, now):
    batch = load(ANA)
    LoadBatch.objects.update(status="running", heartbeat_at=now)

    with pytest.raises(CannotUndo, match="still running"):
        take_back(batch)
    LoadBatch.objects.update(heartbeat_at=now - SILENCE - timedelta(seconds=1))
    take_back(batch)

    assert standing() == (0, 0)


def test_those_who_may_not_are_refused(load, reception, now):
    batch = load(ANA)

    for verb in (preview_undo, lambda **told: undo_load(reason="", **told)):
        with pytest.raises(NotAllowed):
            verb(batch=batch, actor=reception, now=now)

    assert standing() == (1, 1)


@pytest.mark.parametrize("name", ["nobody", "999999", ""])
def test_a_load_that_is_not_there_is_said_so(db, name):
    err = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("undo_load", name, stderr=err)

    assert (ended.value.code, err.getvalue().strip()) == (2, "There is no such load.")


def test_the_command_tells_and_does(load):
    batch, out, err = load(ANA), StringIO(), StringIO()

    call_command("undo_load", str(batch.pk), "--dry-run", stdout=out, stderr=err)
    after_trial = standing()
    call_command("undo_load", str(batch.public_id)[:8], "--json", stdout=out, stderr=err)

    assert (after_trial, standing()) == ((1, 1), (0, 0))
    assert out.getvalue().splitlines() == [
        "removed: Patients 1; restored: 0",
        '{"removed": {"Patients": 1}, "restored": {}, "obstacles": []}',
    ]


def test_a_silent_load_is_told_as_stopped_when_the_next_begins(load, now):
    batch = load(ANA)
    LoadBatch.objects.update(
        status="running", heartbeat_at=None, started_at=batch.started_at - timedelta(days=1)
    )

    load(BEN)

    batch.refresh_from_db()
    assert batch.status == "stopped"


def test_an_audit_of_an_undone_load_is_nobodys_work(load, take_back):
    first = load(ANA)
    second = load(ANA | {"CITY": "Paris"})
    take_back(second)
    with acting(None, batch=second.pk):
        pass

    take_back(first)

    assert standing() == (0, 0)
