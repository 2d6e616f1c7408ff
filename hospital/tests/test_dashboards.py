"""The first pages: each role lands on its own."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Doctor, Patient
from accounts.roles import Role
from accounts.tests.factories import UserFactory


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
