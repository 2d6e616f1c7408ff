"""How names are compared."""

from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import Patient
from accounts.names import search_key, sound_key
from accounts.tests.factories import PatientFactory


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (("José", "O'Neill"), "jose o'neill"),
        (("  Nguyễn ", "Thị  Hoa"), "nguyen thi hoa"),
        (("STRAẞE", ""), "strasse"),
        (("محمد", ""), "محمد"),
        (("Ana", ""), "ana"),
    ],
)
def test_case_accents_and_spare_spaces_do_not_count(written: tuple[str, str], key: str) -> None:
    assert search_key(*written) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Katherine", "Smith"), ("Catherine", "Smyth")),
        (("Ana", "Silva"), ("Silva", "Anna")),
        (("Jürgen", "O’Neill"), ("Jurgen", "ONeill")),
        (("李", "小龍"), ("小龍", "李")),
    ],
)
def test_names_that_sound_the_same_have_one_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert sound_key(*one) == sound_key(*other) != ""


@pytest.mark.parametrize(("one", "other"), [("Ana", "Ben"), ("Berg1", "Berg2"), ("李", "王"), ("Wu", "Ho")])
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert sound_key(one) != sound_key(other)


@pytest.mark.django_db
def test_files_from_before_get_their_sounds() -> None:
    patients = [PatientFactory(given_name="Ana", family_name="Silva") for _ in range(3)]
    Patient.objects.update(name_sounds="")

    import_module("accounts.migrations.0004_fill_name_sounds").fill(apps, None)

    assert {patient.name_sounds for patient in Patient.objects.all()} == {patients[0].name_sounds}
