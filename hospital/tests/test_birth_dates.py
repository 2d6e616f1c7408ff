"""A date of birth is a day, and no clock of any place moves it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Doctor, Patient, User
from accounts.tests.pages import enter
from clinical.models import MedicalRecord
from clinical.tests.factories import signed

BORN = date(1980, 5, 17)
# The first and the last places of the earth to end a day, and both sides of Greenwich.
ZONES = ["Pacific/Pago_Pago", "America/Sao_Paulo", "UTC", "Asia/Kolkata", "Pacific/Kiritimati"]


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The hospital's own zone, and that of the process."""
    with override_settings(TIME_ZONE=request.param), timezone.override(request.param):
        yield request.param


@pytest.fixture(params=[0, 9, 11, 14, 23])
def hour(request: pytest.FixtureRequest) -> Iterator[datetime]:
    """Hours of a day in which some places write another date than others."""
    with time_machine.travel(datetime(2027, 1, 11, request.param, 30, tzinfo=UTC), tick=False):
        yield timezone.now()


@pytest.fixture
def record(hour: datetime, dr_rao: Doctor, ana: Patient) -> MedicalRecord:
    return signed(dr_rao, ana, hour)


def test_every_page_shows_the_day_that_was_written(
    zone: str, record: MedicalRecord, ana: Patient, dr_rao: Doctor, reception: User, client: Any
) -> None:
    chart = [reverse("clinical:patient-list"), reverse("clinical:chart", args=[ana.public_id])]
    readers = {
        ana.user: [reverse("patient-dashboard"), record.get_absolute_url()],
        dr_rao.user: [*chart, record.get_absolute_url()],
        reception: [reverse("admin:accounts_patient_change", args=[ana.pk])],
    }

    pages = [
        enter(client, reader).get(url).content.decode() for reader, urls in readers.items() for url in urls
    ]

    assert len(pages) == 6
    assert all(written(page) for page in pages)


def written(page: str) -> bool:
    """The day in one of the site's spellings, and neither of its neighbours in any."""
    spellings = ["{} May 1980", "{}-May-1980", 'value="{}"', "1980-05-{}"]
    neighbours = [spelling.format(day) for spelling in spellings[:2] + spellings[3:] for day in (16, 18)]
    shown = any(spelling.format(17) in page for spelling in spellings)
    return shown and not any(words in page for words in neighbours)


def test_a_day_that_is_typed_is_the_day_that_is_kept(
    db: None, zone: str, hour: datetime, client: Any
) -> None:
    sign_up = {
        "given_name": "Noor",
        "family_name": "Haddad",
        "email": "noor@example.org",
        "birth_date_day": "17",
        "birth_date_month": "May",
        "birth_date_year": "1980",
        "password1": "violet-otter-lantern",
    }

    client.post(reverse("account_signup"), sign_up)

    assert User.objects.get(email="noor@example.org").birth_date == BORN


def test_the_database_keeps_the_day(zone: str, hour: datetime, ana: Patient) -> None:
    ana.birth_date = BORN
    ana.save()

    assert settings.USE_TZ
    assert Patient.objects.get(pk=ana.pk, birth_date=BORN).birth_date == BORN
    assert Patient.objects.filter(birth_date__gte=date(1980, 5, 18)).count() == 0
