"""However many people share a name and a date of birth, a load compares each with a few of them."""

from datetime import date
from typing import Any

import pytest
from phonenumber_field.phonenumber import PhoneNumber

from accounts.loading.house import people
from accounts.models import Patient, PatientIdentifier, PossibleTwin
from accounts.services import loaded_twins, twins
from accounts.services.loaded_twins import (
    MOST_COMPARED,
    Known,
    alike,
    lean,
    queue_loaded,
    queue_sharing,
    standing,
)
from accounts.tests.factories import PatientFactory
from accounts.tests.house_files import Ran, write

pytestmark = pytest.mark.django_db
BORN = date(1900, 1, 1)


def crowd(number: int, **facts: Any) -> dict[int, str]:
    told = {"given_name": "John", "family_name": "Smith", "birth_date": BORN} | facts
    return {patient.pk: str(patient.pk) for patient in (PatientFactory(**told) for _n in range(number))}


@pytest.fixture
def comparisons(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The people with whom somebody was compared."""
    seen: list[int] = []
    compare = twins.compare

    def counted(person: Patient, other: Patient, same: bool = False) -> Any:
        seen.append(other.pk)
        return compare(person, other, same)

    monkeypatch.setattr(twins, "compare", counted)
    return seen


def test_the_comparisons_grow_with_the_rows_and_not_with_their_square(comparisons, now):
    found = []
    for chunk in (crowd(60), crowd(60), crowd(60)):
        comparisons.clear()
        queue_loaded(chunk, now=now)
        found.append(len(comparisons))

    assert found[1] == found[2] <= 60 * MOST_COMPARED
    assert PossibleTwin.objects.count() <= 180 * twins.MOST


def test_what_is_read_stays_within_bounds_and_a_name_of_the_same_sound_is_still_found(now, monkeypatch):
    monkeypatch.setattr(loaded_twins, "MOST_READ", 5)
    crowd(30, given_name="Omar", family_name="Haddad")
    (known,) = crowd(1, given_name="Catherine", family_name="Smyth")
    loaded = crowd(1, given_name="Katherine", family_name="Smith")

    is_whole = queue_loaded(loaded, now=now)

    pair = PossibleTwin.objects.get()
    assert (is_whole, pair.first_id, [pair.second_id]) == (False, known, list(loaded))


def test_few_alike_are_compared_whole(now):
    crowd(3)

    assert queue_loaded(crowd(2), now=now) is True
    assert PossibleTwin.objects.count() == 2 * 3 + 1


def test_a_load_tells_when_not_all_were_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(people, "queue_loaded", lambda keys, now: False)
    row = {"ID": "P1", "GIVEN_NAME": "John", "FAMILY_NAME": "Smith", "BIRTH_DATE": "1900-01-01"}

    ran = Ran("load_patients", write(tmp_path / "p.csv", [row]))

    assert (ran.code, "not all were compared as possible twins" in ran.err) == (0, True)


def test_a_shared_number_is_a_reason_and_adds_one_to_a_pair_that_waits(now):
    first, second, third = (
        PatientFactory(birth_date=BORN, given_name=name) for name in ("Ann", "Ann", "Omar")
    )
    pair = PossibleTwin.objects.create(first=first, second=second, source="desk", reasons=["given"])
    rows = [
        PatientIdentifier.objects.create(patient=person, type="SS", value="999-00-1234").pk
        for person in (first, second, third)
    ]
    PatientIdentifier.objects.create(patient=PatientFactory(), type="PPN", value="999-00-1234")

    queue_sharing(rows, now=now)

    pair.refresh_from_db()
    assert (pair.reasons, pair.source) == (["given", "identifier"], "desk")
    others = set(PossibleTwin.objects.exclude(pk=pair.pk).values_list("first", "second"))
    assert others == {(first.pk, third.pk), (second.pk, third.pk)}


def test_a_pair_that_was_decided_stays_decided(now):
    first, second = PatientFactory(), PatientFactory()
    pair = PossibleTwin.objects.create(
        first=first, second=second, source="desk", status="different", decided_at=now
    )
    rows = [
        PatientIdentifier.objects.create(patient=person, type="SS", value="1").pk
        for person in (first, second)
    ]

    queue_sharing(rows, now=now)

    pair.refresh_from_db()
    assert (pair.status, pair.reasons) == ("different", [])
    assert PossibleTwin.objects.count() == 1


def test_the_queries_do_not_grow_with_the_rows(now, django_assert_max_num_queries):
    for number in (2, 20):
        chunk = crowd(number, phone="+442079460123")
        with django_assert_max_num_queries(7):
            queue_loaded(chunk, now=now)


def test_of_all_who_share_a_date_only_those_with_a_sound_in_common_are_looked_at(now):
    """A million patients have thirty for each date of birth."""
    crowd(3, given_name="Omar", family_name="Haddad")
    (same,) = crowd(1, given_name="Katherine", family_name="Jones")
    loaded = crowd(1, given_name="Catherine", family_name="Smith")
    (one,) = [Known(*facts) for facts in standing(lean().filter(pk__in=loaded))]

    found, is_whole = alike([one])

    assert ({person.pk for person in found}, is_whole) == ({same, one.pk}, True)


def test_telephones_are_compared_as_they_are_stored(now, monkeypatch):
    first, second = (
        PatientFactory(birth_date=BORN, given_name="Ann", phone="+442079460123") for _n in range(2)
    )
    monkeypatch.setattr(PhoneNumber, "from_string", None)  # to take a number apart would fail

    queue_loaded({second.pk: "B"}, now=now)

    monkeypatch.undo()
    pair = PossibleTwin.objects.get(first=first)
    assert "phone" in pair.reasons
