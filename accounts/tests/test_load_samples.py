"""Names and telephones of the whole world through the loader, and strings that break programs."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Patient
from accounts.tests.house_files import Ran, write

pytestmark = pytest.mark.django_db
WORLD = '[columns]\nGIVEN_NAME = "first_name"\nFAMILY_NAME = "last_name"\nPHONE = ""\nNAME = ""\n'


def test_people_of_107_locales_arrive_with_their_names(sample_data: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "world.toml"
    mapping.write_text(WORLD)
    path = sample_data / "names_world_faker.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        people = list(csv.DictReader(stream))

    first = Ran("load_patients", path, "--json", "--mapping", str(mapping))
    second = Ran("load_patients", path, "--json", "--mapping", str(mapping))

    names = sorted((row["first_name"].strip(), row["last_name"].strip()) for row in people)
    assert (first.code, first.summary, second.summary) == (0, (856, 0, 0, 0), (0, 0, 856, 0))
    assert sorted(Patient.objects.values_list("given_name", "family_name")) == names
    assert not Patient.objects.filter(address__contains="\n").exists()
    assert "the lines of ADDRESS were joined by commas (681×" in first.err


def test_full_names_in_one_column_arrive_whole(sample_data: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "world.toml"
    mapping.write_text('[columns]\nGIVEN_NAME = ""\nFAMILY_NAME = ""\nNAME = "full_name"\nPHONE = ""\n')

    ran = Ran("load_patients", sample_data / "names_world_faker.csv", "--json", "--mapping", str(mapping))

    assert (ran.code, ran.summary) == (0, (856, 0, 0, 0))
    assert Patient.objects.filter(family_name="").count() >= 28


def test_naughty_strings_are_names_or_refused_in_words(sample_data: Path, tmp_path: Path) -> None:
    strings = json.loads((sample_data / "blns.json").read_text(encoding="utf-8"))
    rows = [
        {"ID": str(number), "GIVEN_NAME": text, "FAMILY_NAME": "Silva", "BIRTH_DATE": "1980-05-17"}
        for number, text in enumerate(strings)
    ]

    ran = Ran("load_patients", write(tmp_path / "blns.csv", rows), "--json", "--keep-going")

    refused = {text for text in strings if is_refused(text)}
    kept = [text.strip() or "Silva" for text in strings if text not in refused]
    created, _updated, _unchanged, counted = ran.summary
    assert (ran.code, created, counted) == (1, len(kept), len(strings) - len(kept))
    assert sorted(Patient.objects.values_list("given_name", flat=True)) == sorted(kept)
    assert 0 < len(refused) < 40


def is_refused(text: str) -> bool:
    """Too long, or with what no line of text holds; blank ones leave the family name as the only one."""
    name = text.strip()
    return len(name) > 100 or any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name)


def test_every_number_of_the_world_is_kept_and_every_wrong_one_told(
    sample_data: Path, tmp_path: Path
) -> None:
    with (sample_data / "phones_examples.csv").open(encoding="utf-8", newline="") as stream:
        examples = list(csv.DictReader(stream))
    wanted = [row["international"] for row in examples] + [row["invalid_example"] for row in examples]
    person = {"GIVEN_NAME": "Ana", "FAMILY_NAME": "Silva", "BIRTH_DATE": ""}
    rows = [{"ID": str(n), "PHONE": phone} | person for n, phone in enumerate(wanted)]
    wrong = [phone for phone in wanted[len(examples) :] if phone]

    ran = Ran("load_patients", write(tmp_path / "phones.csv", rows), "--json", "--keep-going")

    assert ran.summary == (len(rows) - len(wrong), 0, 0, len(wrong))
    kept = sorted(str(phone) for phone in Patient.objects.exclude(phone="").values_list("phone", flat=True))
    assert kept == sorted(row["e164"] for row in examples)
    assert "No such phone number exists" in ran.err


def test_numbers_as_they_are_dialled_at_home(sample_data: Path, tmp_path: Path, settings: Any) -> None:
    with (sample_data / "phones_examples.csv").open(encoding="utf-8", newline="") as stream:
        examples = [row for row in csv.DictReader(stream) if row["region"] in ("GB", "DE", "US", "FR", "IN")]
    for row in examples:
        settings.PHONENUMBER_DEFAULT_REGION = row["region"]
        key = f"{row['region']}{row['type']}"
        person = {"ID": key, "NAME": key, "BIRTH_DATE": "", "PHONE": row["national"]}

        Ran("load_patients", write(tmp_path / "p.csv", [person]))

        assert str(Patient.objects.get(given_name=key).phone) == row["e164"]
