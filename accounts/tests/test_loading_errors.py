"""The list of errors that is mended and loaded again, and what is kept of a report."""

import csv
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from accounts.errors import DomainError
from accounts.loading.errors import ErrorFile
from accounts.loading.faults import Fault, Unreadable
from accounts.loading.mending import guarded, plain
from accounts.loading.readers import open_source
from accounts.loading.report import Report
from accounts.loading.tables import Record, Table

ONE, MANY = SimpleNamespace(is_single=True), SimpleNamespace(is_single=False)
ADDED = ["_FILE", "_ROW", "_COLUMN", "_VALUE", "_REASON"]


class Sheet(Table):
    def __init__(self, file: str, header: list[str]) -> None:
        self.file, self.header = file, header

    def records(self) -> Iterator[Record]:
        yield from ()


PEOPLE = Sheet("patients.csv", ["Id", "NAME", "PHONE"])


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_each_refused_row_is_one_line_with_all_its_reasons(tmp_path):
    with ErrorFile(tmp_path / "errors.csv", ONE) as errors:
        report = Report(errors=errors)
        report.tell_row(PEOPLE, Record(2, ["1", "José", "12"]), [("PHONE", "12", "Too short.")])
        two = [("NAME", "", "A value is needed."), ("PHONE", "x", "No number.")]
        report.tell_row(PEOPLE, Record(7, ["2", "", "+44"], "", "b.csv", ["2", " ", "x"]), two)

    assert lines(tmp_path / "errors.csv") == [
        ["Id", "NAME", "PHONE", *ADDED],
        ["1", "José", "12", "patients.csv", "2", "PHONE", "12", "Too short."],
        ["2", " ", "x", "b.csv", "7", "NAME; PHONE", "x", "NAME: A value is needed. PHONE: No number."],
    ]
    assert stat.S_IMODE((tmp_path / "errors.csv").stat().st_mode) == 0o600


def test_a_row_with_too_many_cells_is_kept_whole(tmp_path):
    with ErrorFile(tmp_path / "errors.csv", ONE) as errors:
        errors.note(
            PEOPLE, Record(2, [], "Too many.", original=["1", "Ana", "2", "3"]), [("", "", "Too many.")]
        )

    assert lines(tmp_path / "errors.csv")[1] == [
        "1",
        "Ana",
        "2",
        "patients.csv",
        "2",
        "",
        "1, Ana, 2, 3",
        "Too many.",
    ]


def test_several_kinds_that_refuse_a_row_list_it_once(tmp_path):
    with ErrorFile(tmp_path / "errors.csv", ONE) as errors:
        for reason in ("First.", "Second."):
            errors.note(PEOPLE, Record(2, ["1", "a", "b"]), [("", "", reason)])

    assert [line[-1] for line in lines(tmp_path / "errors.csv")] == ["_REASON", "First."]


def test_each_pass_begins_the_list_anew_and_without_a_fault_there_is_none(tmp_path):
    path = tmp_path / "errors.csv"
    with ErrorFile(path, ONE) as errors:
        Report(errors=errors).tell_row(PEOPLE, Record(2, ["1", "a", "b"]), [("", "", "Bad.")])
        Report(errors=errors).tell_row(PEOPLE, Record(2, ["1", "a", "b"]), [("", "", "Bad.")])
    assert len(lines(path)) == 2

    with ErrorFile(path, ONE) as errors:
        Report(errors=errors)
    assert not path.exists()


def test_of_several_tables_each_has_its_list_in_a_folder(tmp_path):
    with ErrorFile(tmp_path / "errors", MANY) as errors:
        errors.note(PEOPLE, Record(2, ["1", "a", "b"]), [("", "", "Bad.")])
        errors.note(Sheet("visits.xlsx", ["Id"]), Record(3, ["9"]), [("", "", "Bad.")])

    assert {path.name: lines(path)[1][:1] for path in (tmp_path / "errors").iterdir()} == {
        "patients.csv": ["1"],
        "visits.csv": ["9"],
    }


def test_inputs_of_one_name_in_several_folders_have_a_list_each(tmp_path):
    files = ["a/people.csv", "b/people.csv", "people.XLSX", "People.csv", "people-2.csv"]
    with ErrorFile(tmp_path / "errors", MANY) as errors:
        for _pass in range(2):
            errors.begin()
            for file in files:
                row = Record(2, [file, "", ""])
                errors.note(Sheet(file, PEOPLE.header), row, [("NAME", "", "A value is needed.")])

    listed = {path.name: lines(path) for path in (tmp_path / "errors").iterdir()}
    assert {name: [row[0] for row in rows] for name, rows in listed.items()} == {
        "people.csv": ["Id", "a/people.csv"],
        "people-2.csv": ["Id", "b/people.csv"],
        "people-3.csv": ["Id", "people.XLSX"],
        "People-4.csv": ["Id", "People.csv"],
        "people-2-2.csv": ["Id", "people-2.csv"],
    }


def test_more_faults_than_are_kept_are_listed(tmp_path):
    with ErrorFile(tmp_path / "errors.csv", ONE) as errors:
        report = Report(errors=errors)
        for number in range(2, 1502):
            report.tell_row(PEOPLE, Record(number, ["1", "a", "b"]), [("", "", "Bad.")])

    assert (len(report.faults), report.fault_count) == (1000, 1500)
    assert len(lines(tmp_path / "errors.csv")) == 1501


def test_a_file_that_cannot_be_used_at_all_is_listed_too(tmp_path):
    with pytest.raises(Unreadable), ErrorFile(tmp_path / "errors.csv", ONE):
        raise Unreadable([Fault("patients.csv", 1, "ID", "", "This column is missing.")])

    assert lines(tmp_path / "errors.csv") == [
        ADDED,
        ["patients.csv", "1", "ID", "", "This column is missing."],
    ]


@pytest.mark.parametrize(
    ("name", "layout", "words"),
    [
        ("patients.csv", ONE, "is no list of errors; it is not overwritten"),
        (".", ONE, "is a folder"),
        (".", MANY, "is no list of errors; it is not overwritten"),
        ("patients.csv", MANY, "is no folder"),
        ("nowhere/errors.csv", ONE, "There is no folder"),
    ],
)
def test_nothing_else_is_overwritten(tmp_path, name, layout, words):
    (tmp_path / "patients.csv").write_text("Id,NAME\n1,Ana\n")

    with pytest.raises(DomainError, match=words):
        ErrorFile(tmp_path / name, layout)

    assert (tmp_path / "patients.csv").read_text() == "Id,NAME\n1,Ana\n"


@pytest.mark.parametrize("name", ["in", "in/errors.csv", "../{0}/in/errors.csv"])
def test_what_is_loaded_is_never_replaced_by_its_own_errors(tmp_path, name):
    (tmp_path / "in").mkdir()
    errors = ErrorFile(tmp_path / name.format(tmp_path.name), SimpleNamespace(is_single=name != "in"))

    with pytest.raises(DomainError, match="is what is to be loaded, or lies in it"):
        errors.spare(str(tmp_path / "in"))


CELLS = [
    "=1+1",
    " =1",
    "'\u00a0=1",
    "+44 20",
    "-1",
    "@x",
    "\tx",
    "'t Hooft",
    "'=1",
    "''=1",
    "''",
    "plain",
    'say "x"',
    "a\nb",
    "",
]


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_safe_for_spreadsheets_and_comes_back_as_it_was(cell):
    assert plain(guarded(cell)) == cell
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t"))


def test_a_mended_list_loads_as_the_file_itself_would(tmp_path):
    header = ["Id", *(f"C{number}" for number in range(len(CELLS)))]
    with ErrorFile(tmp_path / "errors.csv", ONE) as errors:
        errors.note(Sheet("patients.csv", header), Record(2, ["1", *CELLS]), [("C1", "=1+1", "Bad.")])

    with open_source(tmp_path / "errors.csv") as source:
        table = source.open("errors")

        assert (table.header, table.written) == ([name.upper() for name in header], header)
        assert [record.cells for record in table.records()] == [["1", *CELLS]]


def test_a_report_is_the_same_after_it_was_kept():
    report = Report(written=True, told=["patients.csv: UTF-8."])
    report.open("patients")
    report.count("patients", "created", 3)
    for number in range(30):
        report.tell(Fault("patients.csv", number, "ID", "x", f"Bad {number}."))
        report.warn("patients.csv", number, [f"odd {number % 25}"])

    kept = Report.from_json(json.loads(json.dumps(report.as_json())))

    assert (kept.as_dict(), kept.written, kept.told) == (report.as_dict(), True, report.told)
    assert (kept.faults, kept.fault_count) == (report.faults[:20], 30)
    assert (list(kept.warnings.items()), kept.warning_count) == (list(report.warnings.items())[:20], 25)


@pytest.mark.parametrize(
    ("good", "keeps_going", "written", "code"),
    [(5, False, False, 2), (5, True, False, 1), (5, False, True, 1), (0, True, True, 2)],
)
def test_the_exit_code_says_whether_anything_is_here(good, keeps_going, written, code):
    report = Report(written=written)
    report.open("patients")
    report.count("patients", "refused")
    report.count("patients", "created", good)

    assert report.exit_code(keeps_going=keeps_going) == code
