"""The first pages: each role lands on its own, and every number leads to its proof."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import DetailsChange, Doctor, Message, Patient, PossibleTwin, User
from accounts.roles import Role
from accounts.tests.factories import UserFactory
from clinical.models import Encounter, MedicalRecord
from hospital.figures import SHOWN
from scheduling.models import Appointment, AppointmentType, Status
from scheduling.tests.factories import open_every_day


def visit(doctor: Doctor, patient: Patient, status: str = Status.BOOKED, **times: int) -> Appointment:
    kind, _ = AppointmentType.objects.get_or_create(
        code="visit", defaults={"name": "Visit", "minutes": 10, "step_minutes": 10}
    )
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    start = noon + timedelta(**times)
    return Appointment.objects.create(
        doctor=doctor,
        patient=patient,
        type=kind,
        location=doctor.location,
        department=doctor.department,
        status=status,
        start_at=start,
        end_at=start + timedelta(minutes=10),
        block_start=start,
        block_end=start + timedelta(minutes=10),
    )


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.PATIENT, "/patient/"),
        (Role.DOCTOR, "/doctor/"),
        (Role.NURSE, "/patients/"),
        (Role.RECEPTION, "/appointments/"),
        (Role.PRIVACY, "/admin/"),
        (Role.ADMIN, "/admin/"),
    ],
)
def test_sign_in_leads_to_the_page_of_the_role(
    role: str, page: str, cardiology: Any, client: Client, ana: Patient
) -> None:
    user = ana.user if role == Role.PATIENT else UserFactory(role=role, department=cardiology)
    client.force_login(user)

    answer = client.get("/dashboard/")

    assert (answer.status_code, answer.url) == (302, page)


def test_an_account_without_a_role_has_no_page(db: None, client: Client) -> None:
    client.force_login(UserFactory(role=""))

    assert client.get("/dashboard/").status_code == 403


def test_the_navigation_shows_what_the_role_may_open(db: None, dr_rao: Doctor, client: Client) -> None:
    client.force_login(dr_rao.user)

    text = client.get("/doctor/").content.decode()

    links = re.search(r"<nav.*?</nav>", text, re.S)[0]
    pages = ["/doctor/", "/doctors/", "/appointments/", "/schedule/", "/schedule/times/", "/patients/"]
    assert re.findall(r'href="([^"]+)"', links) == pages


@pytest.mark.parametrize(
    ("page", "current"),
    [
        ("/schedule/", "/schedule/"),
        ("/schedule/leave/", "/schedule/"),
        ("/schedule/times/", "/schedule/times/"),
    ],
)
def test_the_navigation_marks_one_page_as_current(
    page: str, current: str, dr_rao: Doctor, client: Client
) -> None:
    client.force_login(dr_rao.user)

    text = client.get(page).content.decode()

    links = re.search(r"<nav.*?</nav>", text, re.S)[0]
    assert re.findall(r'href="([^"]+)" aria-current="page"', links) == [current]


def undecided_visits(doctor: Doctor, patient: Patient) -> None:
    """Two that wait for approval, the second outside the hours, and one outside the hours and in leave."""
    inside = visit(doctor, patient, Status.PENDING, days=3)
    open_every_day(doctor, valid_until=timezone.localtime(inside.start_at).date())
    visit(doctor, patient, Status.PENDING, days=4)
    away = visit(doctor, patient, days=5)
    doctor.time_off.create(start_at=away.start_at, end_at=away.end_at)


def undecided_files(one: Patient, other: Patient) -> None:
    """One wishes for another town, and the two may be one person."""
    DetailsChange.objects.create(patient=one, field="city", wanted="Leeds", requested_by=one.user)
    PossibleTwin.objects.create(first=one, second=other, source="self")


def unsigned_note(doctor: Doctor, patient: Patient) -> None:
    encounter = Encounter.objects.create(
        patient=patient, doctor=doctor, department=doctor.department, started_at=timezone.now()
    )
    MedicalRecord.objects.create(encounter=encounter, patient=patient, author=doctor.user, complaint="x")


def test_every_figure_of_the_index_is_what_its_list_shows(
    admin: User, dr_rao: Doctor, dr_lee: Doctor, ana: Patient, ben: Patient, client: Client
) -> None:
    for number, status in enumerate([*SHOWN, Status.CANCELLED]):
        visit(dr_rao, ana, status, minutes=10 * number)
    visit(dr_rao, ana, days=1)
    visit(dr_lee, ben, days=2)
    undecided_visits(dr_rao, ben)
    undecided_files(ana, ben)
    Doctor.objects.filter(pk=dr_lee.pk).update(archived_at=timezone.now())
    unsigned_note(dr_rao, ana)
    for status in ("dead", "sent"):
        Message.objects.create(key=status, kind="x", recipient=ana.user, status=status)
    client.force_login(admin)

    figures = client.get("/admin/").context["figures"]

    assert [(str(figure.label), figure.number) for figure in figures] == [
        ("Booked", 1),
        ("Waiting", 1),
        ("In consultation", 1),
        ("Completed", 1),
        ("Did not attend", 1),
        ("Cancelled", 2),
        ("Waiting for approval", 2),
        ("Booked while the doctor is away", 1),
        ("Booked outside the hours", 2),
        ("Unsigned records", 1),
        ("Failed messages", 1),
        ("Changes of details to look at", 1),
        ("Possible twins", 1),
        ("Booked with doctors who have left", 1),
        ("Doctors", 1),
        ("Patients", 2),
    ]
    proven = [client.get(figure.url).context["cl"].result_count for figure in figures]
    assert proven == [figure.number for figure in figures]


def test_reception_sees_no_figure_that_it_may_not_open(reception: User, client: Client) -> None:
    client.force_login(reception)

    labels = {str(figure.label) for figure in client.get("/admin/").context["figures"]}

    assert labels.isdisjoint({"Unsigned records", "Failed messages", "Doctors"})
    assert {"Booked", "Patients"} <= labels


@pytest.mark.parametrize("page", ["/patient/", "/appointments/", "/records/", "/dashboard/"])
def test_a_patient_without_a_patient_row_is_led_to_the_second_step(
    page: str, db: None, client: Client
) -> None:
    client.force_login(UserFactory(role=Role.PATIENT))

    answer = client.get(page)

    assert (answer.status_code, answer.url) == (302, "/accounts/registration/")


def test_the_page_about_the_role_stays_open_before_the_second_step(db: None, client: Client) -> None:
    client.force_login(UserFactory(role=Role.PATIENT))

    assert client.get("/accounts/role/").status_code == 200


def test_the_back_office_tells_others_that_it_is_not_theirs(ana: Patient, client: Client) -> None:
    client.force_login(ana.user)

    answer = client.get("/admin/", follow=True)

    assert (answer.status_code, len(answer.redirect_chain)) == (403, 1)
