"""Whose page of hours opens to whom."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Doctor, User
from accounts.roles import Role
from accounts.tests.factories import DoctorFactory, LocationFactory, UserFactory
from scheduling.models import AppointmentType
from scheduling.tests.factories import (
    AvailabilityRuleFactory,
)
from scheduling.tests.schedule.pages import at, said

pytestmark = pytest.mark.usefixtures("frozen")
OWN, DAY = "/schedule/", timedelta(days=1)


@pytest.fixture
def mondays(dr_rao: Doctor, visit_type: AppointmentType) -> Any:
    return AvailabilityRuleFactory(doctor=dr_rao)


def test_a_doctor_finds_no_other_doctors_page(sign_in: Any, dr_rao: Doctor, dr_lee: Doctor) -> None:
    client = sign_in(dr_rao.user)

    assert client.get(at("schedule-of", dr_rao)).status_code == 200
    assert client.get(at("schedule-of", dr_lee)).status_code == 404


@pytest.mark.parametrize("who", ["ana_user", "nurse", "privacy"])
def test_others_have_no_business_here(
    who: str, sign_in: Any, dr_rao: Doctor, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(who))

    assert [client.get(url).status_code for url in (OWN, at("schedule-of", dr_rao))] == [403, 403]


def edit_links(answer: Any) -> int:
    return len(re.findall(r'href="/schedule/(?:rules|days)/', answer.content.decode()))


def test_reception_looks_and_administrators_change(
    sign_in: Any, dr_rao: Doctor, mondays: Any, reception: User, admin: User
) -> None:
    seen = {
        user.email: sign_in(user).get(at("schedule-of", dr_rao)) for user in (reception, admin, dr_rao.user)
    }

    assert {email: edit_links(answer) for email, answer in seen.items()} == {
        "reception@example.org": 0,
        "admin@example.org": 4,
        "rao@example.org": 4,
    }
    assert "Enter leave" not in said(seen["reception@example.org"])


def test_those_who_see_everybody_choose_the_doctor(
    sign_in: Any, dr_rao: Doctor, dr_lee: Doctor, reception: User, admin: User
) -> None:
    DoctorFactory(archived_at=timezone.now())

    for user in (reception, admin):
        page = sign_in(user).get(OWN).content.decode()
        listed = re.findall(r'<h3><a href="(/schedule/doctors/[^"]+)"', page)
        assert listed == [at("schedule-of", dr_lee), at("schedule-of", dr_rao)]


def test_the_list_of_doctors_is_searched_by_name(
    sign_in: Any, dr_rao: Doctor, dr_lee: Doctor, admin: User
) -> None:
    client = sign_in(admin)

    assert list(client.get(f"{OWN}?name=rao").context["doctors"]) == [dr_rao]
    assert "No doctor has this name" in said(client.get(f"{OWN}?name=nobody"))


def test_the_list_of_doctors_has_pages(sign_in: Any, reception: User) -> None:
    DoctorFactory.create_batch(21, location=LocationFactory())
    client = sign_in(reception)

    beyond = client.get(f"{OWN}?page=9")

    assert len(client.get(f"{OWN}?page=2").context["doctors"]) == 1
    assert (beyond.status_code, beyond.url) == (302, f"{OWN}?")


def test_an_account_without_a_doctor_has_no_page(sign_in: Any, db: None) -> None:
    client = sign_in(UserFactory(role=Role.DOCTOR))

    assert [client.get(url).status_code for url in (OWN, "/schedule/leave/")] == [404, 404]


def test_hours_of_a_doctor_who_left_are_only_looked_at(
    sign_in: Any, dr_rao: Doctor, mondays: Any, admin: User, now: datetime
) -> None:
    Doctor.objects.filter(pk=dr_rao.pk).update(archived_at=now)

    answer = sign_in(admin).get(at("schedule-of", dr_rao))

    assert (answer.status_code, edit_links(answer)) == (200, 0)
    assert "This doctor no longer sees patients here." in said(answer)
