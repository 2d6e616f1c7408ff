"""The list of codes: what arrives, what a second run does, what is refused, how it is searched."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts.tests.processes import database_url
from clinical.loading.icd10 import Edition, load_codes
from clinical.models import Icd10Code
from clinical.models.icd10 import normalised
from clinical.tests.codes import WORDS, load_short_list

pytestmark = pytest.mark.django_db
NOTHING = {"created": 0, "updated": 0, "unchanged": 0, "removed": 0, "refused": 0}


def run(*arguments: str) -> tuple[int, dict[str, int], str]:
    """The exit code, the counts, and what stood on stderr."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("load_icd10", "--json", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        code = int(end.code or 0)
    counts = json.loads(out.getvalue())["codes"] if out.getvalue() else {}
    return code, counts, err.getvalue()


def written(folder: Path, *rows: str, header: str = "code,display") -> str:
    path = folder / "codes.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return str(path)


def stored() -> dict[str, tuple[str, bool]]:
    return {row.code: (row.display, row.is_billable) for row in Icd10Code.objects.all()}


def test_the_packages_edition_arrives_whole_and_a_second_run_changes_nothing() -> None:
    code, counts, _faults = run()
    again = run()

    assert (code, counts["created"]) == (0, Icd10Code.objects.count())
    assert counts["created"] > 98_000
    assert Icd10Code.objects.may_be_given().count() > 74_000
    assert again == (0, NOTHING | {"unchanged": counts["created"]}, "")
    assert stored()["E11.9"] == ("Type 2 diabetes mellitus without complications", True)
    assert (stored()["E11"][1], stored()["A00-A09"][1], "22" in stored()) == (False, False, False)
    assert stored()["I10"] == ("Essential (primary) hypertension", True)


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    ran = run("--dry-run", "--source", written(tmp_path, "I10,Hypertension"))

    assert ran == (0, NOTHING | {"created": 1}, "")
    assert stored() == {}


def test_a_file_replaces_the_list(tmp_path: Path) -> None:
    load_short_list()

    ran = run("--source", written(tmp_path, "E11,Diabetes of type 2", "e119,Without complications"))

    assert ran == (0, NOTHING | {"created": 0, "updated": 2, "removed": len(WORDS) - 2}, "")
    assert stored() == {"E11": ("Diabetes of type 2", False), "E11.9": ("Without complications", True)}


def test_a_code_at_which_a_block_begins_may_be_given() -> None:
    load_codes(
        Edition(
            {"I10-I1A": "Hypertensive diseases", "I10": "Hypertension", "I11": "Heart", "I11.0": "Failing"}
        )
    )

    assert {code: may for code, (_words, may) in stored().items()} == {
        "I10-I1A": False,
        "I10": True,
        "I11": False,
        "I11.0": True,
    }


def test_a_code_that_gets_codes_below_it_becomes_a_heading() -> None:
    load_codes(Edition({"M10": "Gout"}))

    counts = load_codes(Edition({"M10": "Gout", "M10.9": "Gout, unspecified"}))

    assert counts == NOTHING | {"created": 1, "updated": 1}
    assert stored() == {"M10": ("Gout", False), "M10.9": ("Gout, unspecified", True)}


def test_faulty_rows_are_named_the_good_ones_load_and_nothing_is_removed(tmp_path: Path) -> None:
    load_codes(Edition({"M10.9": "Gout, unspecified"}))
    rows = ["I10,Hypertension", "ten,Ten", "I10,Again", "I15,", f"I16,{'x' * 301}", "I17"]

    code, counts, faults = run("--source", written(tmp_path, *rows))

    assert (code, counts) == (1, NOTHING | {"created": 1, "refused": 5})
    assert set(stored()) == {"I10", "M10.9"}
    assert faults.splitlines() == [
        "codes.csv, row 3, CODE “ten”: This is not a code like E11.9.",
        "codes.csv, row 4, CODE “I10”: This code stands in an earlier row.",
        "codes.csv, row 5, DISPLAY: Write the diagnosis in 1 to 300 characters.",
        f"codes.csv, row 6, DISPLAY “{'x' * 80}”: Write the diagnosis in 1 to 300 characters.",
        "codes.csv, row 7: The row has 1 cells, the header has 2.",
    ]


def test_of_many_faults_the_first_twenty_are_named(tmp_path: Path) -> None:
    code, _counts, faults = run("--source", written(tmp_path, "I10,Hypertension", *["ten,Ten"] * 23))

    assert (code, len(faults.splitlines())) == (1, 21)
    assert faults.splitlines()[-1] == "… and 3 more."


@pytest.mark.parametrize(
    ("rows", "header", "words"),
    [
        ([], "code,display", "There is no code in this file."),
        (["I10,Hypertension"], "icd,display", "This column is missing."),
        (["ten,Ten"], "code,display", "This is not a code like E11.9."),
    ],
)
def test_a_file_that_is_no_list_ends_with_2(tmp_path: Path, rows: list[str], header: str, words: str) -> None:
    load_short_list()

    code, counts, faults = run("--source", written(tmp_path, *rows, header=header))

    assert (code, counts) == (2, {})
    assert words in faults
    assert len(stored()) == len(WORDS)


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    code, counts, faults = run("--source", str(tmp_path / "none.csv"))

    assert (code, counts, "none.csv" in faults) == (2, {}, True)


def test_without_the_package_nothing_is_done(monkeypatch: Any) -> None:
    monkeypatch.setattr("clinical.loading.icd10.PACKAGE", "no_such_package")

    assert run() == (2, {}, "no_such_package: The package no_such_package is not installed.\n")


def test_a_faultless_run_says_one_line(tmp_path: Path) -> None:
    out = StringIO()

    call_command("load_icd10", "--source", written(tmp_path, "I10,Hypertension"), stdout=out)

    assert out.getvalue() == "codes: 1 created, 0 updated, 0 unchanged, 0 removed, 0 refused\n"


def test_the_help_has_an_example(capsys: Any) -> None:
    with pytest.raises(SystemExit):
        call_command("load_icd10", "--help")

    assert "manage.py load_icd10 --source codes.csv" in capsys.readouterr().out


@pytest.mark.parametrize("typed", ["e119", "E11.9", " e11.9 ", "E 11 9"])
def test_a_code_is_written_in_one_way(typed: str) -> None:
    assert normalised(typed) == "E11.9"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("e119", ["E11.9"]),
        ("E11.9", ["E11.9"]),
        ("e11", ["E11", "E11.65", "E11.9", "E11.6"]),
        ("E11.6", ["E11.6", "E11.65"]),
        ("mellitus 2 complic", ["E11.9", "E11.6"]),
        ("hypertension", ["I15.0", "I10"]),
        ("tension prim", ["I10"]),
        ("sezary", ["C84.10"]),
        ("SÉZARY", ["C84.10"]),
        ("anaemia", ["D64.9"]),
        ("crohns", ["K50.90"]),
        ("crohn's", ["K50.90"]),
        ("femur left fract", ["S72.92XA"]),
        ("diabetes e08-e13", ["E08-E13"]),
        ("2", ["E11.65", "E11.9", "E11", "E11.6"]),
        ("hypertension diabetes", []),
        ("100%", []),
        ("_", []),
        ("…", []),
    ],
)
def test_words_and_codes_find(words: str, found: list[str]) -> None:
    load_short_list()

    assert [row.code for row in Icd10Code.objects.matching(words)] == found


def test_words_at_the_start_of_words_come_before_others() -> None:
    load_codes(Edition({"K29.70": "Gastritis, unspecified", "A09": "Infectious gastroenteritis, and itis"}))

    assert [row.code for row in Icd10Code.objects.matching("itis")] == ["A09", "K29.70"]


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_together_do_what_one_would(tmp_path: Path) -> None:
    codes = [f"I{number:02}.{digit},Diagnosis {number}" for number in range(100) for digit in range(10)]
    source = written(tmp_path, *codes)
    environment = os.environ | {"DATABASE_URL": database_url(tmp_path), "DEBUG": "yes"}
    environment["DJANGO_SETTINGS_MODULE"] = "hospital.settings"
    command = [sys.executable, "manage.py", "load_icd10", "--json", "--source", source]

    loads = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)
        for _load in range(2)
    ]
    told = [json.loads(load.communicate(timeout=120)[0])["codes"] for load in loads]

    assert sorted(counts["created"] for counts in told) == [0, 1000]
    assert sorted(counts["unchanged"] for counts in told) == [0, 1000]
    assert [load.returncode for load in loads] == [0, 0]
