"""Spreadsheets as people bring them: what a cell shows is what is read."""

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from accounts.loading.faults import Unreadable
from accounts.loading.readers import Reading, open_source, unpacking, workbooks
from accounts.loading.readers.xlsx_tables import Table


@pytest.fixture
def book(tmp_path: Path):
    """Saves a workbook; `sheets` are rows by title."""

    def save(sheets: dict[str, list[list[Any]]], **states: str) -> Path:
        made, path = Workbook(), tmp_path / "patients.xlsx"
        made.remove(made.active)
        for title, rows in sheets.items():
            sheet = made.create_sheet(title)
            sheet.sheet_state = states.get(title, "visible")
            for row in rows:
                sheet.append(row)
        made.save(path)
        return path

    return save


def cells(path: Path, **reading: str) -> list[list[str]]:
    return [record.cells for record in Table(path, reading=Reading(**reading)).records()]


VALUES = [
    ("Ana", "Ana"),
    ("0041", "0041"),
    (" two\nlines ", " two\nlines "),
    (8, "8"),
    (8.0, "8"),
    (-3, "-3"),
    (57.5, "57.5"),
    (0.1 + 0.2, "0.3"),
    (0.0000012, "0.0000012"),
    (29872512345678, "29872512345678"),
    (1.57141000119108e17, "1.57141000119108E+17"),
    (True, "TRUE"),
    (False, "FALSE"),
    (date(1980, 5, 17), "1980-05-17"),
    (datetime(1980, 5, 17, 14, 30), "1980-05-17T14:30:00"),
    (datetime(1980, 5, 17), "1980-05-17T00:00:00"),
    (time(9, 5), "09:05:00"),
    (timedelta(hours=26, minutes=30), "26:30:00"),
    ("#N/A", "#N/A"),
    ("=1+1", ""),
    ("José 👍 ʤ עִבְרִית", "José 👍 ʤ עִבְרִית"),
]


@pytest.mark.parametrize(("value", "text"), VALUES, ids=[repr(value) for value, _text in VALUES])
def test_a_cell_reads_as_a_person_would_have_typed_it(book, value, text):
    assert cells(book({"P": [["Id", "X"], ["1", value]]})) == [["1", text]]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (2138, "00000", "02138"),
        (8, "00", "08"),
        (datetime(1980, 5, 17), "dd.mm.yyyy", "1980-05-17"),
        (-5, "yyyy-mm-dd", "#VALUE!"),
    ],
)
def test_the_form_of_a_number_counts(tmp_path, value, code, text):
    made, path = Workbook(), tmp_path / "patients.xlsx"
    made.active.append(["X"])
    made.active["A2"] = value
    made.active["A2"].number_format = code
    made.save(path)

    assert cells(path) == [[text]]


def test_a_book_that_counts_from_1904_gives_the_same_days(book, tmp_path):
    made, path = Workbook(), tmp_path / "mac.xlsx"
    made.epoch = datetime(1904, 1, 1)
    made.active.append(["Id", "BORN"])
    made.active.append(["1", date(1980, 5, 17)])
    made.save(path)

    assert cells(path) == [["1", "1980-05-17"]]


def test_rows_and_cells_that_are_not_there_are_blank(book):
    rows = [[], ["Id", "A", "B", None, None], ["1"], [], [None, None, None], ["2", None, "x", None], []]
    table = Table(book({"P": rows}))

    assert [(one.number, one.cells) for one in table.records()] == [(3, ["1", "", ""]), (6, ["2", "", "x"])]
    assert table.header == ["ID", "A", "B"]


def test_the_first_sheet_that_people_see_is_read_and_the_others_are_told(book):
    sheets = {name: [["Id"], [name]] for name in ("Old", "People", "More", "Lists")}
    path = book(sheets, Old="hidden", Lists="veryHidden")

    table = Table(path)

    assert (table.sheet, cells(path)) == ("People", [["People"]])
    assert table.told == [
        "patients.xlsx: these sheets are not read: More.",
        "patients.xlsx: these hidden sheets are not read: Old, Lists.",
    ]


def test_a_sheet_may_be_named(book):
    path = book({"People": [["Id"], ["1"]], "More": [["Id"], ["2"]]})

    assert cells(path, sheet="more") == [["2"]]
    with pytest.raises(Unreadable, match="no sheet “Else”. It has these: People, More"):
        Table(path, reading=Reading(sheet="Else"))


def test_formulas_without_a_value_are_told(book):
    told = Table(book({"P": [["Id", "SUM"], ["1", "=1+1"]]})).told

    assert told[0].startswith("patients.xlsx: formulas that were never worked out are read as blank.")


def rewritten(path: Path, member: str, old: bytes, new: bytes) -> Path:
    """The same file with other bytes in one member."""
    target = path.with_name(f"again-{path.name}")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.infolist():
            content = source.read(entry)
            copy.writestr(entry.filename, content.replace(old, new) if entry.filename == member else content)
    return target


SHEET = "xl/worksheets/sheet1.xml"


def test_a_formula_gives_the_value_that_was_worked_out(book):
    path = rewritten(book({"P": [["Id"], ["=1+1"]]}), SHEET, b"<v />", b"<v>2</v>")

    assert (cells(path), Table(path).told) == ([["2"]], [])


def test_prefixes_and_escapes_of_other_programs_are_understood(book):
    path = rewritten(book({"P": [["Id"], ["XX"]]}), SHEET, b"XX", b"a_x000D_b_x005F_x0041_ _x0041_ _x0000_")
    with_prefix = rewritten(path, SHEET, b"sheetData>", b"x:sheetData>")

    assert cells(with_prefix) == [["a\rb_x0041_ _x0041_ _x0000_"]]


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        (SHEET, b"</sheetData>", b""),
        (SHEET, b'r="A2"', b'r="ZZZZ2"'),
        (SHEET, b"<worksheet", b"<!DOCTYPE worksheet [<!ENTITY a 'b'>]><worksheet"),
        ("xl/workbook.xml", b"<sheet ", b"<sheeet "),
        (SHEET, b't="inlineStr"><is><t>x</t></is>', b't="s"><v>99</v>'),
    ],
    ids=["cut off", "no such column", "entities", "no sheet", "no such string"],
)
def test_a_damaged_spreadsheet_is_refused_in_words(book, member, old, new):
    path = rewritten(book({"P": [["Id"], ["x"]]}), member, old, new)

    with pytest.raises(Unreadable, match=r"damaged|no sheet"):
        cells(path)


def test_a_spreadsheet_that_would_unpack_to_too_much_is_refused(book, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_BYTES", 1000)

    with pytest.raises(Unreadable, match="far too large"):
        Table(book({"P": [["Id"], ["1"]]}))


def shared(path: Path, strings: str) -> Path:
    """The same file with strings that its cells name by number, as Excel writes them."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst>{strings}</sst>")
    return path


def test_strings_beyond_what_is_held_come_from_a_file(book, monkeypatch):
    monkeypatch.setattr(workbooks, "HELD", 3)
    path = book({"P": [["Id"], *([number] for number in range(50))]})
    path = rewritten(path, SHEET, b'"n"><v>', b'"s"><v>')

    shared(path, "".join(f"<si><t>é{number}</t></si>" for number in range(50)))

    assert cells(path) == [[f"é{number}"] for number in range(50)]


def test_text_in_several_forms_is_one_and_how_it_is_spoken_is_left_out(book):
    path = rewritten(book({"P": [["Id"], [0]]}), SHEET, b'"n"><v>', b'"s"><v>')

    shared(path, "<si><r><t>東</t></r><r><t>京</t></r><rPh><t>トウキョウ</t></rPh></si>")

    assert cells(path) == [["東京"]]


@pytest.mark.parametrize(
    ("member", "format"),
    [("word/document.xml", "DOCX"), ("content.xml", "OpenDocument"), ("xl/workbook.bin", "XLSB")],
)
def test_another_office_document_is_named(tmp_path, member, format):
    path = tmp_path / "patients.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")

    with open_source(path) as source, pytest.raises(Unreadable, match=f"This is {format}, not a table"):
        source.open("patients")
