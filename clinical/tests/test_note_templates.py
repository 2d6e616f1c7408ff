"""What an empty note may begin with: kept in the back office, by type of visit; and records held back at signing."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Doctor, Patient, User
from clinical.models import Encounter, MedicalRecord, NoteTemplate
from clinical.tests.rows import NoteTemplateFactory
from scheduling.tests.factories import AppointmentTypeFactory


def write(encounter: Encounter) -> str:
    return reverse("clinical:encounter-write", args=[encounter.public_id])


@pytest.fixture
def templates(encounter: Encounter) -> dict[str, NoteTemplate]:
    own, other = encounter.appointment.type, AppointmentTypeFactory()
    return {
        "own": NoteTemplateFactory(name="Own", appointment_type=own, plan="Again in a year"),
        "every": NoteTemplateFactory(name="Every"),
        "other": NoteTemplateFactory(name="Other", appointment_type=other),
        "off": NoteTemplateFactory(name="Off", is_active=False),
    }


def test_those_of_the_type_of_visit_come_first_then_those_for_every_type(
    templates: dict[str, NoteTemplate], encounter: Encounter
) -> None:
    offered = list(NoteTemplate.objects.for_visit(encounter.appointment.type_id))

    assert offered == [templates["own"], templates["every"]]


def test_a_visit_without_appointment_is_offered_those_for_every_type(
    templates: dict[str, NoteTemplate],
) -> None:
    assert list(NoteTemplate.objects.for_visit(None)) == [templates["every"]]


def test_an_empty_note_begins_with_the_chosen_template(
    templates: dict[str, NoteTemplate], encounter: Encounter, dr_rao: Doctor, sign_in: Any
) -> None:
    client = sign_in(dr_rao.user)
    empty = client.get(write(encounter)).content.decode()

    begun = client.get(write(encounter), {"template": str(templates["own"].public_id)}).content.decode()

    assert str(templates["own"].public_id) in empty
    assert "Again in a year" not in empty
    assert "Again in a year" in begun
    assert not MedicalRecord.objects.exists()


@pytest.mark.parametrize("which", ["other", "off", "nonsense"])
def test_no_other_template_is_begun_with(
    which: str, templates: dict[str, NoteTemplate], encounter: Encounter, dr_rao: Doctor, sign_in: Any
) -> None:
    NoteTemplate.objects.update(plan="Again in a year")
    wanted = str(templates[which].public_id) if which in templates else which

    answer = sign_in(dr_rao.user).get(write(encounter), {"template": wanted})

    assert answer.status_code == 200
    assert "Again in a year" not in answer.content.decode()


def test_a_note_with_text_is_offered_none(
    templates: dict[str, NoteTemplate], draft: MedicalRecord, dr_rao: Doctor, sign_in: Any
) -> None:
    url = write(draft.encounter)

    answer = sign_in(dr_rao.user).get(url, {"template": str(templates["own"].public_id)})

    assert "Again in a year" not in answer.content.decode()
    assert "Headache" in answer.content.decode()


def test_an_administrator_keeps_the_templates(admin: User, sign_in: Any) -> None:
    told = {"name": "Check", "is_active": "on", "plan": "Again in a year"}

    answer = sign_in(admin).post(reverse("admin:clinical_notetemplate_add"), told)

    assert answer.status_code == 302
    assert NoteTemplate.objects.get().sections == {"plan": "Again in a year"}


@pytest.mark.parametrize("who", ["reception", "privacy"])
def test_nobody_else_does(who: str, sign_in: Any, request: Any) -> None:
    client = sign_in(request.getfixturevalue(who))

    assert client.get(reverse("admin:clinical_notetemplate_changelist")).status_code == 403


def test_a_doctor_holds_a_record_back_at_signing(
    draft: MedicalRecord, ana: Patient, dr_rao: Doctor, sign_in: Any
) -> None:
    url = reverse("clinical:encounter-sign", args=[draft.encounter.public_id])

    sign_in(dr_rao.user).post(url, {"version": draft.version, "held_back": "on"})

    draft.refresh_from_db()
    assert (draft.status, draft.released_at) == ("final", None)
    assert sign_in(ana.user).get(draft.get_absolute_url()).status_code == 404
