"""Bad input through the pages: clear words, the right status, and nothing written."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Doctor, Patient, User
from accounts.tests.factories import UserFactory
from clinical.models import MedicalRecord
from clinical.tests.factories import signed
from scheduling.models import Appointment, AppointmentType
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory, open_every_day

pytestmark = pytest.mark.django_db
TOO_LONG = "é" * 5000


@pytest.fixture(autouse=True)
def _at(frozen: Any) -> None:
    cache.clear()


def all_rows() -> dict[str, int]:
    """Every table of ours; that a page was read may be noted in the session only."""
    ours = ("accounts", "scheduling", "clinical", "account")
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ours]
    return {model._meta.label: model._base_manager.count() for model in models}


@pytest.fixture
def kind(db: Any) -> AppointmentType:
    return AppointmentTypeFactory(name="Consultation", code="consultation")


@pytest.fixture
def hours(dr_rao: Doctor, kind: AppointmentType) -> Doctor:
    """Dr Rao, free every day from 9 to 17, every 20 minutes."""
    open_every_day(dr_rao)
    return dr_rao


def words_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# Booking


def order(kind: Any, start: Any, **changes: Any) -> dict[str, Any]:
    stated = getattr(kind, "public_id", kind)
    return {"type": stated, "start": start, "key": uuid.uuid4(), "patient_reason": "x"} | changes


def check_url(public_id: Any) -> str:
    return reverse("scheduling:appointment-check", args=[public_id])


def test_an_unknown_doctor_is_not_found_and_nothing_is_booked(
    client: Client, ana: Patient, kind: AppointmentType, now: datetime
) -> None:
    client.force_login(ana.user)
    before, nobody = all_rows(), uuid.uuid4()

    answers = [
        client.get(reverse("scheduling:doctor-detail", args=[nobody])),
        client.get(reverse("scheduling:appointment-book", args=[nobody])),
        client.get(check_url(nobody)),
        client.post(check_url(nobody), order(kind, "2027-01-12T09:00:00+00:00")),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert all("not found" in words_of(answer).lower() for answer in answers)
    assert all_rows() == before


TOO_SOON, CLOSED = "This time is too soon to be booked.", "The doctor does not see patients at this time."


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("2027-01-11T07:00:00+00:00", TOO_SOON),
        ("2020-01-06T09:00:00+00:00", TOO_SOON),
        ("2027-01-12T09:07:00+00:00", CLOSED),
        ("2027-01-12T09:00:01+00:00", CLOSED),
        ("2027-01-12T23:00:00+00:00", CLOSED),
        ("2099-01-12T09:00:00+00:00", "This time is too far ahead to be booked."),
        ("0001-01-01T00:00:00+00:00", "Choose a time again."),
        ("0001-01-01T00:00:00+23:59", "Choose a time again."),
        ("9999-12-31T23:59:59+00:00", "Choose a time again."),
        ("9999-12-31T23:59:59-23:59", "Choose a time again."),
        ("2027-01-12T09:00:00", "Choose a time again."),
        ("tomorrow", "Choose a time again."),
        ("", "Choose a time again."),
        ("2027-01-12T09:00:00+00:00\0", "Choose a time again."),
        ("9" * 10_000, "Choose a time again."),
    ],
    ids=lambda part: ascii(part[:26]),
)
def test_a_past_or_forged_time_is_refused_in_words(
    start: str, words: str, client: Client, hours: Doctor, ana: Patient, kind: AppointmentType
) -> None:
    client.force_login(ana.user)
    before = all_rows()

    shown = client.get(check_url(hours.public_id), {"type": kind.public_id, "start": start}, follow=True)
    answer = client.post(check_url(hours.public_id), order(kind, start))

    assert (answer.status_code, words in words_of(answer)) == (422, True)
    assert shown.status_code in (200, 409, 422)
    assert all_rows() == before


@pytest.mark.parametrize("kind_of_visit", [uuid.UUID(int=7), "abc", "-1", "\0", str(2**63), "9" * 10_000, ""])
def test_an_unknown_kind_of_visit_is_refused_in_words(
    kind_of_visit: Any, client: Client, hours: Doctor, ana: Patient
) -> None:
    client.force_login(ana.user)
    before, start = all_rows(), "2027-01-12T09:00:00+00:00"

    shown = client.get(check_url(hours.public_id), {"type": kind_of_visit, "start": start}, follow=True)
    answer = client.post(check_url(hours.public_id), order(kind_of_visit, start))

    assert (answer.status_code, "Choose a time again." in words_of(answer)) == (422, True)
    assert shown.status_code in (200, 422)
    assert all_rows() == before


def test_a_kind_of_visit_that_patients_may_not_book_is_no_kind(
    client: Client, hours: Doctor, ana: Patient
) -> None:
    hidden = AppointmentTypeFactory(name="Surgery", code="surgery", patients_may_book=False)
    client.force_login(ana.user)
    before = all_rows()

    answer = client.post(check_url(hours.public_id), order(hidden, "2027-01-12T09:00:00+00:00"))

    assert (answer.status_code, all_rows()) == (422, before)


# Rows of others


def addresses(visit: Appointment, record: MedicalRecord) -> list[str]:
    steps = (
        "detail",
        "booked",
        "calendar",
        "reschedule",
        "move",
        "answer",
        "cancel",
        "arrive",
        "noshow",
        "undo",
    )
    return [
        *[reverse(f"scheduling:hold-{step}", args=[visit.public_id]) for step in ("extend", "release")],
        *[reverse(f"scheduling:appointment-{step}", args=[visit.public_id]) for step in steps],
        reverse("clinical:record-detail", args=[record.public_id]),
        reverse("clinical:addendum-add", args=[record.public_id]),
        reverse("clinical:chart", args=[record.patient.public_id]),
        reverse("clinical:encounter-start", args=[visit.public_id]),
        *[
            reverse(f"clinical:encounter-{step}", args=[record.encounter.public_id])
            for step in ("write", "sign", "undo", "end")
        ],
    ]


# What a patient's role holds no permission for is refused with 403, whatever the id.
STAFF_ONLY = ("/arrive/", "/noshow/", "/undo/", "/addendum/", "/patients/", "/encounters/")
# Nor does a doctor's for these.
NOT_FOR_DOCTORS = ("/hold/", "/reschedule/", "/new-time/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_ones_visit_and_record_are_not_found(
    method: str, client: Client, dr_rao: Doctor, dr_lee: Doctor, ana: Patient, ben: Patient, now: datetime
) -> None:
    visit = AppointmentFactory(doctor=dr_lee, patient=ben, start_at=now + timedelta(days=1))
    record = signed(dr_lee, ben, now - timedelta(days=1))
    before = all_rows()

    for user in (ana.user, dr_rao.user):
        client.force_login(user)
        for url in addresses(visit, record):
            answer = getattr(client, method)(url, {"reason": "x", "text": "x", "complaint": "x"})
            closed = STAFF_ONLY if user == ana.user else NOT_FOR_DOCTORS
            forbidden = any(part in url for part in closed)
            allowed = {403, 405} if forbidden else {404, 405}
            assert answer.status_code in allowed, f"{answer.status_code} at {url} for {user}"
            assert b"Okafor" not in answer.content

    visit.refresh_from_db()
    assert (visit.status, all_rows()) == ("booked", before)


# Long names


PERSON = {
    "given_name": "Mia",
    "family_name": "Novak",
    "email": "mia@example.org",
    "birth_date_day": "27",
    "birth_date_month": "3",
    "birth_date_year": "1987",
    "password1": "violet-otter-lantern",
}


@pytest.mark.parametrize("name", ["given_name", "family_name"])
def test_a_name_of_5000_characters_is_refused_at_sign_up(name: str, client: Client) -> None:
    before = all_rows()

    answer = client.post(reverse("account_signup"), PERSON | {name: TOO_LONG})

    assert "at most 100 characters" in words_of(answer)
    assert all_rows() == before


@pytest.mark.parametrize(
    "changes", [{"phone": TOO_LONG}, {"gender": TOO_LONG}, {"birth_date_year": "9" * 5000}]
)
def test_long_words_are_refused_at_the_second_step(changes: dict[str, str], client: Client) -> None:
    client.force_login(UserFactory(role="patient"))
    told = {"gender": "female", "phone": "020 7946 0123"}
    day = {"birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "1990"}
    before = all_rows()

    answer = client.post(reverse("accounts:registration"), told | day | changes)

    assert answer.context["form"].errors
    assert all_rows() == before


LONG_IN_ADMIN = [
    ("accounts", "patient", {"given_name": TOO_LONG, "birth_date": "1990-01-02", "gender": "female"}, 100),
    ("accounts", "doctor", {"family_name": TOO_LONG, "given_name": "A", "specialty": "B"}, 100),
    ("accounts", "department", {"name": TOO_LONG}, 100),
    ("accounts", "location", {"name": TOO_LONG, "time_zone": "Europe/London"}, 200),
    ("accounts", "user", {"given_name": TOO_LONG, "email": "x@example.org", "role": "nurse"}, 100),
    ("scheduling", "appointmenttype", {"name": TOO_LONG, "code": "x", "minutes": 1, "step_minutes": 1}, 100),
]


@pytest.mark.parametrize(("app", "model", "typed", "most"), LONG_IN_ADMIN, ids=lambda part: str(part)[:15])
def test_a_name_of_5000_characters_is_refused_in_the_back_office(
    app: str, model: str, typed: dict[str, Any], most: int, client: Client, admin: User
) -> None:
    client.force_login(admin)
    before = all_rows()

    answer = client.post(reverse(f"admin:{app}_{model}_add"), typed)

    assert f"at most {most} characters" in words_of(answer)
    assert all_rows() == before


def test_an_address_of_5000_characters_is_not_invited(client: Client, admin: User, ana: Patient) -> None:
    client.force_login(admin)
    chosen = {"action": "invite", "_selected_action": ana.pk, "apply": "1"}
    before = all_rows()

    answer = client.post(
        reverse("admin:accounts_patient_changelist"), chosen | {"email": f"{'x' * 5000}@example.org"}
    )

    assert "valid email address" in words_of(answer) or "at most 254" in words_of(answer)
    assert all_rows() == before
