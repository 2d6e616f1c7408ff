"""Times as real exports have them: other offsets, fractions, days alone, visits that last or overlap."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from clinical.models import Condition, Encounter, Immunization, LabResult, PrescriptionItem, VitalSign
from clinical.tests.synthea_folder import (
    ANA,
    BEN,
    Ran,
    charts,
    encounter,
    healthy,
    immunization,
    medication,
    observation,
    ran_twice,
    write,
)

pytestmark = pytest.mark.django_db

UTC_TEXT, THERE = "2021-08-23T03:26:50Z", "2021-08-22T20:26:50-07:00"
WHEN = datetime(2021, 8, 23, 3, 26, 50, tzinfo=UTC)


def told_at(text: str, *, end: str = "2021-08-23T05:00:00Z") -> dict[str, Any]:
    """One visit with a row of each kind that has an hour."""
    visit = [encounter("v", ANA, START=text, STOP=end)]
    pressure = [
        observation(ANA, "v", code, value, "mm[Hg]", DATE=text)
        for code, value in (("8480-6", "120"), ("8462-4", "80"))
    ]
    test = observation(ANA, "v", "4548-4", "6.1", "%", CATEGORY="laboratory", DATE=text)
    people = {name: healthy()[name] for name in ("organizations", "providers", "patients")}
    return people | {
        "encounters": visit,
        "medications": [medication(ANA, "v", "665078", START=text)],
        "immunizations": [immunization(ANA, "v", "08", DATE=text)],
        "observations": [*pressure, test],
    }


def moments() -> set[datetime]:
    """Of all that has an hour."""
    columns = [
        *(Encounter.objects.values_list("started_at", flat=True)),
        *(Immunization.objects.values_list("happened_at", flat=True)),
        *(VitalSign.objects.values_list("taken_at", flat=True)),
        *(LabResult.objects.values_list("taken_at", flat=True)),
        *(PrescriptionItem.objects.values_list("prescription__happened_at", flat=True)),
    ]
    assert len(columns) == 5
    return set(columns)


def test_the_same_instant_with_another_offset_is_the_same_visit_with_the_same_chart(tmp_path: Path) -> None:
    Ran(write(tmp_path, told_at(UTC_TEXT)))

    ran = Ran(write(tmp_path, told_at(THERE)), "--json")

    assert (ran.code, ran.told("created"), ran.told("updated"), ran.told("refused")) == (0, {}, {}, {})
    assert moments() == {WHEN}


def test_the_two_numbers_of_a_pressure_meet_whatever_their_offset(tmp_path: Path) -> None:
    tables = told_at(UTC_TEXT)
    tables["observations"][1]["DATE"] = THERE

    ran = ran_twice(write(tmp_path, tables))

    assert (ran.code, ran.told("created")["vitals"], VitalSign.objects.get().second_value) == (0, 1, 80)


@pytest.mark.parametrize(
    ("text", "fraction"),
    [("2021-08-23T03:26:50.250Z", 250_000), ("2021-08-23T05:26:50.123456+02:00", 123_456)],
)
def test_fractions_of_a_second_are_kept(tmp_path: Path, text: str, fraction: int) -> None:
    ran = ran_twice(write(tmp_path, told_at(text)))

    assert ran.code == 0
    assert moments() == {WHEN + timedelta(microseconds=fraction)}


def test_a_day_alone_is_that_day_where_the_hospital_stands(tmp_path: Path, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"

    ran = ran_twice(write(tmp_path, told_at("2021-08-23", end="2021-08-24")))

    assert ran.code == 0
    assert moments() == {datetime(2021, 8, 23, 4, tzinfo=UTC)}
    assert timezone.localdate(Encounter.objects.get().ended_at).isoformat() == "2021-08-24"


def test_a_day_alone_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    ran = Ran(write(tmp_path, told_at("2021-02-29")), "--keep-going")

    assert "encounters.csv, row 2, START “2021-02-29”: This is not a date like 2021-08-23." in ran.err
    assert not Encounter.objects.exists()


def test_a_real_export_has_visits_at_every_hour_and_on_every_day(sample_data: Path) -> None:
    ran = Ran(sample_data / "synthea_ca59_csv.tar.xz", "--json")

    starts = Encounter.objects.values_list("started_at", flat=True)
    assert (ran.code, ran.told("refused"), len(starts)) == (0, {}, 2590)
    assert {start.hour for start in starts} == set(range(24))
    assert {start.weekday() for start in starts} == set(range(7))
    assert Encounter.objects.filter(ended_at__gte=F("started_at") + timedelta(days=198)).count() == 1
    assert overlapping() == 28
    assert Condition.objects.filter(code__regex=r"^\d{15}$").count() == 6
    assert Immunization.objects.filter(code="08").count() == 17


def overlapping() -> int:
    """Visits that begin before another one of their doctor has ended."""
    spans = Encounter.objects.order_by("doctor", "started_at", "ended_at")
    rows = list(spans.values_list("doctor", "started_at", "ended_at"))
    return sum(
        before[0] == after[0] and after[1] < before[2] for before, after in zip(rows, rows[1:], strict=False)
    )


def test_a_visit_may_last_2597_days(tmp_path: Path) -> None:
    tables = healthy()
    tables["encounters"] = [
        encounter(
            "long", BEN, START="2010-01-01T00:00:00Z", STOP="2017-02-10T00:00:00Z", ENCOUNTERCLASS="snf"
        )
    ]

    del tables["conditions"], tables["medications"]

    ran = ran_twice(write(tmp_path, tables))

    visit = Encounter.objects.get()
    assert (ran.code, (visit.ended_at - visit.started_at).days) == (0, 2597)


def test_overlapping_visits_of_one_provider_are_history(tmp_path: Path) -> None:
    tables = healthy()
    tables["encounters"].append(encounter("same-time", BEN, START="2019-01-27T16:20:00Z"))

    ran = ran_twice(write(tmp_path, tables))

    assert (ran.code, ran.told("created")["encounters"]) == (0, 3)
    assert set(Encounter.objects.values_list("doctor__family_name", flat=True)) == {"Rao698"}


def test_an_end_before_the_start_refuses_that_row_and_what_hangs_on_it(tmp_path: Path) -> None:
    tables = healthy() | charts()
    tables["encounters"][0]["STOP"] = "2019-01-27T16:17:46Z"

    ran = ran_twice(write(tmp_path, tables), "--keep-going")

    assert "encounters.csv, row 2, STOP “2019-01-27T16:17:46Z”: The end lies before the start." in ran.err
    assert ran.code == 1
    assert ran.told("refused") == {
        "encounters": 1,
        "conditions": 1,
        "medications": 1,
        "allergies": 1,
        "immunizations": 1,
        "vitals": 2,
    }
    assert set(Encounter.objects.values_list("patient__given_name", flat=True)) == {"Ben"}


def test_an_end_at_the_very_start_is_an_end(tmp_path: Path) -> None:
    tables = healthy()
    tables["encounters"][0]["STOP"] = "2019-01-27T17:17:47+01:00"

    assert ran_twice(write(tmp_path, tables)).code == 0
