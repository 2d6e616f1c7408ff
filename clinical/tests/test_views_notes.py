"""Start, write, review, sign: the doctor's pages."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from clinical.models import Diagnosis, Encounter, MedicalRecord, PrescriptionItem
from clinical.tests.factories import drafted
from scheduling.models import Status

EMPTY = {"INITIAL_FORMS": 0, "TOTAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 20}
MEDICINE = {
    "medicine": "Ramipril",
    "dose_quantity": "5",
    "dose_unit": "mg",
    "frequency": "daily",
    "refills": 0,
}


def rows(prefix: str, *values: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    management = EMPTY | {"TOTAL_FORMS": len(values), "INITIAL_FORMS": initial}
    sent = {f"{prefix}-{name}": value for name, value in management.items()}
    for number, row in enumerate(values):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


def typed(action: str = "save", **changes: Any) -> dict[str, Any]:
    """A page as a browser sends it: one section, no rows."""
    return (
        {"action": action, "version": 0, "complaint": "Headache"}
        | rows("diagnoses")
        | rows("medicines")
        | changes
    )


def page(name: str, row: Any) -> str:
    return reverse(f"clinical:encounter-{name}", args=[row.public_id])


@pytest.fixture
def doctor(sign_in: Any, dr_rao: Any) -> Any:
    return sign_in(dr_rao.user)


def test_start_opens_the_note(doctor: Any, visit: Any) -> None:
    answer = doctor.post(page("start", visit))

    encounter = Encounter.objects.get()
    assert (answer.status_code, answer.url) == (302, page("write", encounter))
    visit.refresh_from_db()
    assert visit.status == Status.CHECKED_IN


def test_a_double_click_starts_once(doctor: Any, visit: Any) -> None:
    first, second = doctor.post(page("start", visit)), doctor.post(page("start", visit))

    assert first.url == second.url
    assert Encounter.objects.count() == 1


def test_looking_at_the_start_starts_nothing(doctor: Any, visit: Any) -> None:
    assert doctor.get(page("start", visit)).status_code == 405
    assert not Encounter.objects.exists()


def test_a_visit_that_cannot_start_says_so(doctor: Any, visit: Any) -> None:
    visit.status = Status.CANCELLED
    visit.save()

    answer = doctor.post(page("start", visit), follow=True)

    assert "Cancelled" in answer.content.decode()
    assert not Encounter.objects.exists()


@pytest.mark.parametrize("name", ["write", "sign", "undo", "end"])
def test_another_doctors_visit_is_not_found(sign_in: Any, dr_lee: Any, draft: Any, name: str) -> None:
    client = sign_in(dr_lee.user)

    answers = [client.get(page(name, draft.encounter)), client.post(page(name, draft.encounter), typed())]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_visit_that_does_not_exist_is_not_found(doctor: Any) -> None:
    assert doctor.get(reverse("clinical:encounter-write", args=[uuid4()])).status_code == 404


@pytest.mark.parametrize("who", ["nurse", "reception", "admin", "ana_user"])
def test_others_may_not_write(sign_in: Any, draft: Any, who: str, request: Any) -> None:
    client = sign_in(request.getfixturevalue(who))

    assert client.get(page("write", draft.encounter)).status_code == 403


def test_the_note_page_saves_sections_diagnoses_and_medicines(doctor: Any, encounter: Any) -> None:
    diagnosis = {"display": "Gout", "code": "M10", "kind": "principal", "verification": "confirmed"}
    sent = typed(**rows("diagnoses", diagnosis), **rows("medicines", MEDICINE))

    answer = doctor.post(page("write", encounter), sent)

    assert (answer.status_code, answer.url) == (302, page("write", encounter))
    assert MedicalRecord.objects.get().complaint == "Headache"
    assert list(Diagnosis.objects.values_list("display", "system")) == [
        ("Gout", "http://hl7.org/fhir/sid/icd-10-cm")
    ]
    assert PrescriptionItem.objects.get().directions == "5 mg, daily"


def test_the_page_shows_the_draft_and_two_empty_rows_more(doctor: Any, draft: Any) -> None:
    answer = doctor.get(page("write", draft.encounter))

    note = answer.context["note"]
    assert note.sections["version"].value() == 1
    assert [len(note.diagnoses.forms), len(note.medicines.forms)] == [3, 3]
    assert "Ramipril 5 mg" in answer.content.decode()


def test_a_row_can_be_removed(doctor: Any, draft: Any) -> None:
    kept = {"display": "Hypertension", "kind": "principal", "verification": "confirmed", "DELETE": "on"}
    sent = typed(version=1, **rows("diagnoses", kept, initial=1))

    doctor.post(page("write", draft.encounter), sent)

    assert not Diagnosis.objects.exists()


@pytest.mark.parametrize(
    ("action", "target"),
    [
        ("add-diagnosis", "/#diagnoses"),
        ("add-medicine", "/#medicines"),
        ("sign", "/sign/"),
        ("end", "/end/"),
        ("nonsense", "/"),
    ],
)
def test_each_button_saves_and_leads_on(doctor: Any, encounter: Any, action: str, target: str) -> None:
    answer = doctor.post(page("write", encounter), typed(action))

    assert answer.url == page("write", encounter).rstrip("/") + target
    assert MedicalRecord.objects.count() == 1


def test_an_error_keeps_what_was_typed(doctor: Any, encounter: Any) -> None:
    long = MEDICINE | {"medicine": "x" * 5000}

    answer = doctor.post(page("write", encounter), typed(complaint="Keep me", **rows("medicines", long)))

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "at most 300 characters" in text and "There is a problem" in text
    assert "Keep me" in text and "x" * 5000 in text
    assert "<title>Error: Write the note" in text
    assert not MedicalRecord.objects.exists()


def test_nothing_typed_is_said_in_words(doctor: Any, encounter: Any) -> None:
    answer = doctor.post(page("write", encounter), typed(complaint=""))

    assert answer.status_code == 422
    assert "Write something in the note first." in answer.content.decode()


def test_the_second_editor_gets_both_texts(doctor: Any, draft: Any) -> None:
    answer = doctor.post(page("write", draft.encounter), typed(version=0, complaint="Typed second"))

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Typed second" in text and "Headache" in text
    assert MedicalRecord.objects.get().complaint == "Headache"


def test_a_long_note_passes(doctor: Any, encounter: Any) -> None:
    doctor.post(page("write", encounter), typed(notes="word " * 1200))

    assert len(MedicalRecord.objects.get().notes) == 5999


def test_the_review_shows_what_is_signed(doctor: Any, draft: Any) -> None:
    text = doctor.get(page("sign", draft.encounter)).content.decode()

    assert all(
        part in text for part in ["Headache", "Rest", "Essential hypertension", "I10", "Ramipril 5 mg"]
    )
    assert "1 tablet, once a day" in text


def test_signing_leads_to_the_record(doctor: Any, draft: Any) -> None:
    answer = doctor.post(page("sign", draft.encounter), {"version": 1})

    draft.refresh_from_db()
    assert (answer.url, draft.status) == (draft.get_absolute_url(), "final")


def test_signing_twice_leads_to_the_record_too(doctor: Any, draft: Any) -> None:
    doctor.post(page("sign", draft.encounter), {"version": 1})

    answer = doctor.post(page("sign", draft.encounter), {"version": 1})

    assert answer.url == draft.get_absolute_url()


def test_who_forges_signer_and_time_is_not_heard(doctor: Any, draft: Any, dr_lee: Any, now: Any) -> None:
    forged = {"version": 1, "signed_by": dr_lee.user.pk, "signed_at": "2001-01-01", "author": dr_lee.user.pk}

    doctor.post(page("sign", draft.encounter), forged)

    draft.refresh_from_db()
    assert (draft.signed_by, draft.author, draft.signed_at) == (draft.author, draft.author, now)


def test_a_draft_that_changed_since_the_review_is_a_conflict(doctor: Any, draft: Any) -> None:
    answer = doctor.post(page("sign", draft.encounter), {"version": "x"})

    draft.refresh_from_db()
    assert (answer.status_code, draft.status) == (409, "preliminary")


def test_a_note_that_is_not_ready_cannot_be_signed(doctor: Any, encounter: Any, now: Any) -> None:
    draft = drafted(encounter, now, items=[{"medicine": "Ramipril"}])

    review = doctor.get(page("sign", encounter)).content.decode()
    answer = doctor.post(page("sign", encounter), {"version": draft.version})

    assert "Say how much of Ramipril" in review and "Sign record" not in review
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.status == "preliminary"


def test_an_old_sign_in_must_be_repeated_before_signing(doctor: Any, draft: Any, now: Any) -> None:
    with time_machine.travel(now + timedelta(minutes=16), tick=False):
        answer = doctor.post(page("sign", draft.encounter), {"version": 1})

    draft.refresh_from_db()
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert draft.status == "preliminary"


def test_after_the_password_the_signing_goes_on(doctor: Any, draft: Any, now: Any) -> None:
    with time_machine.travel(now + timedelta(minutes=16), tick=False):
        asked = doctor.post(page("sign", draft.encounter), {"version": 1})
        answer = doctor.post(asked.url, {"password": "correct horse battery"})

    draft.refresh_from_db()
    assert (answer.status_code, draft.status) == (302, "final")


def test_a_sign_in_of_14_minutes_is_fresh_enough(doctor: Any, draft: Any, now: Any) -> None:
    with time_machine.travel(now + timedelta(minutes=14), tick=False):
        doctor.post(page("sign", draft.encounter), {"version": 1})

    draft.refresh_from_db()
    assert draft.status == "final"


def test_a_signed_visit_has_no_note_page_any_more(doctor: Any, record: Any) -> None:
    answers = [doctor.get(page(name, record.encounter)) for name in ("write", "sign")]

    assert [answer.url for answer in answers] == [record.get_absolute_url()] * 2


def test_undo_asks_and_then_lets_the_patient_wait(doctor: Any, encounter: Any) -> None:
    asked = doctor.get(page("undo", encounter))
    doctor.post(page("undo", encounter))

    assert "Undo the start" in asked.content.decode()
    encounter.appointment.refresh_from_db()
    assert encounter.appointment.status == Status.ARRIVED


def test_undo_after_writing_is_refused_in_words(doctor: Any, draft: Any) -> None:
    answer = doctor.post(page("undo", draft.encounter))

    assert answer.status_code == 409
    assert "cannot be undone" in answer.content.decode()


def test_end_now_and_sign_later(doctor: Any, draft: Any) -> None:
    doctor.get(page("end", draft.encounter))
    answer = doctor.post(page("end", draft.encounter))

    draft.encounter.refresh_from_db()
    assert answer.url == reverse("doctor-dashboard")
    assert (draft.encounter.status, draft.encounter.appointment.status) == ("in-progress", Status.FULFILLED)


def test_end_needs_no_note(doctor: Any, encounter: Any) -> None:
    answer = doctor.post(page("write", encounter), typed("end", complaint=""))

    assert answer.url == page("end", encounter)
    assert not MedicalRecord.objects.exists()
