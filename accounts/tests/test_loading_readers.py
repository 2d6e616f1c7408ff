"""CSV files as people bring them: encodings, separators, line ends, quotes, and rows that do not fit."""

from pathlib import Path

import pytest

from accounts.errors import DomainError
from accounts.loading.faults import Unreadable
from accounts.loading.readers import Reading, Table


@pytest.fixture
def table(tmp_path: Path):
    def write(content: bytes | str, **reading: str) -> Table:
        path = tmp_path / "patients.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Table(path, reading=Reading(**reading))

    return write


def rows(table: Table) -> list[list[str]]:
    return [record.cells for record in table.records()]


def problems(table: Table) -> dict[int, str]:
    return {record.number: record.problem for record in table.records() if record.problem}


def refusal(table, content: bytes | str) -> str:
    with pytest.raises(Unreadable) as error:
        list(table(content).records())
    return str(error.value)


def test_header_names_match_in_any_case_and_with_spare_spaces(table):
    patients = table('Id ,"Birth\nDate",first\n1,2,3\n')

    assert (patients.header, patients.written) == (
        ["ID", "BIRTH DATE", "FIRST"],
        ["Id", "Birth Date", "first"],
    )
    assert patients.missing(("ID", "FIRST")) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_end_are_read(table, newline):
    text = newline.join(["Id,FIRST", "1,José", "2,Ana", ""])

    assert rows(table(b"\xef\xbb\xbf" + text.encode())) == [["1", "José"], ["2", "Ana"]]


def test_line_ends_may_be_mixed(table):
    assert rows(table("Id,FIRST\r\n1,Ana\n2,Ben\r3,Cy")) == [["1", "Ana"], ["2", "Ben"], ["3", "Cy"]]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found_out(table, encoding, found):
    patients = table("Id;FIRST\n1;José “Pepe”\n2;Zoë\n".encode(encoding))

    assert rows(patients) == [["1", "José “Pepe”"], ["2", "Zoë"]]
    assert (patients.reading.encoding, patients.reading.delimiter) == (found, ";")


def test_a_letter_late_in_the_file_is_not_mistaken(table):
    """The first of them stands behind two megabytes without any, across the border between two reads."""
    before = "Id,FIRST\n" + "1,Ana\n" * 349_523
    content = before + "2,x" + "é" * 9 + "\n"

    patients = table(content)

    assert len(content.encode()) > 2 * 2**20
    assert (patients.reading.encoding, rows(patients)[-1]) == ("utf-8-sig", ["2", "x" + "é" * 9])


def test_windows_letters_late_in_the_file_are_found(table):
    patients = table(b"Id,FIRST\n" + b"1,Ana\n" * 400_000 + "2,José\n".encode("cp1252"))

    assert rows(patients)[-1] == ["2", "José"]
    assert patients.summary() == "patients.csv: Windows-1252, columns separated by “,”."


def test_bytes_that_windows_does_not_know_are_latin_1_with_a_warning(table):
    patients = table(b"Id,FIRST\n1,Jos\xe9\x8d\n")

    assert rows(patients) == [["1", "José\x8d"]]
    assert "look at the letters" in patients.told[0]


def test_a_few_bad_bytes_among_utf_8_refuse_their_row_and_spoil_no_other(table):
    patients = table("Id,FIRST\n1,José\n2,Zoë\n".encode() + b"3,Jos\xe9\n" + "4,Núñez\n".encode())

    assert problems(patients) == {4: "The row holds bytes that are no UTF-8 text."}
    assert rows(patients) == [["1", "José"], ["2", "Zoë"], [], ["4", "Núñez"]]
    assert "some bytes are not UTF-8" in patients.told[0]


def test_a_file_cut_off_inside_a_letter_refuses_its_last_row(table):
    patients = table("Id,FIRST\n1,Zoë\n2,José".encode()[:-1])

    assert problems(patients) == {3: "The row holds bytes that are no UTF-8 text."}


def test_what_was_said_about_the_file_counts_more_than_what_it_looks_like(table):
    patients = table("Id;FIRST,LAST\n1;Jo\xe3o,x\n".encode("latin-1"), encoding="latin-1", delimiter="comma")

    assert (patients.header, rows(patients)) == (["ID;FIRST", "LAST"], [["1;João", "x"]])


def test_an_encoding_that_does_not_fit_is_told_with_the_line(table):
    with pytest.raises(Unreadable, match="Near line 3 there are bytes that are no UTF-8 text"):
        table("Id,FIRST\n1,Ana\n2,José\n".encode("cp1252"), encoding="utf8")


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        ({"encoding": "klingon"}, "“klingon” is no encoding of text"),
        ({"encoding": "base64"}, "“base64” is no encoding of text"),
        ({"delimiter": "ab"}, "“ab” cannot separate columns"),
    ],
)
def test_a_reading_that_nobody_knows_is_refused(table, reading, words):
    with pytest.raises(DomainError, match=words):
        table("Id\n1\n", **reading)


@pytest.mark.parametrize(("delimiter", "shown"), [(",", "“,”"), (";", "“;”"), ("\t", "a tab"), ("|", "“|”")])
def test_the_separator_is_found_out(table, delimiter, shown):
    patients = table(
        delimiter.join(["Id", "NAME", "WEIGHT"]) + "\n" + delimiter.join(["1", "Ana", "57.5"]) + "\n"
    )

    assert rows(patients) == [["1", "Ana", "57.5"]]
    assert patients.summary() == f"patients.csv: UTF-8, columns separated by {shown}."


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("Id;NAME;WEIGHT\n1;Rao, Asha;57,5\n2;Lee, Min;71,5\n", ["1", "Rao, Asha", "57,5"]),
        ("Id,NOTE\n1,a;b;c\n2,d;e;f\n", ["1", "a;b;c"]),
        ("sep=;\nId;NAME\n1;Ana, Ben, Cy\n", ["1", "Ana, Ben, Cy"]),
        ("'Id','NAME'\n'1','Rao, Asha'\n", ["1", "Rao, Asha"]),
        ("Id,NAME\n1,'t Hooft\n", ["1", "'t Hooft"]),
        ('Id,NAME\n1,"Ana ""Nan"" Lee"\n', ["1", 'Ana "Nan" Lee']),
    ],
)
def test_commas_and_quotes_inside_cells_mislead_nobody(table, content, cells):
    assert rows(table(content))[0] == cells


def test_rows_are_numbered_as_a_spreadsheet_does(table):
    patients = table('Id,FIRST\n1,"two\nlines"\n\n,\n3,Ana\n')

    assert [(record.number, record.cells[0]) for record in patients.records()] == [(2, "1"), (5, "3")]


def test_blank_rows_above_the_header_are_told(table):
    patients = table("\n,,\nId,FIRST\n1,Ana\n")

    assert (patients.header, [record.number for record in patients.records()]) == (["ID", "FIRST"], [4])
    assert patients.told == ["patients.csv: the names of the columns stand in row 3."]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1", "The row has 1 cells, the header has 2."),
        ("1,2,3", "The row has 3 cells, the header has 2."),
        ("1,A\0na", "The row holds a NUL byte."),
        ('1,"Ana"x', "The quotes in this row are not closed, or something stands behind them."),
        ("1," + '"' + "x" * 200_000 + '"', "A cell of this row is longer than 131072 characters."),
    ],
)
def test_a_damaged_row_is_told_and_the_next_is_read(table, row, words):
    damaged, sound = table(f"Id,FIRST\n{row}\n2,Ben\n").records()

    assert (damaged.number, damaged.problem) == (2, words)
    assert (sound.number, sound.cells, sound.problem) == (3, ["2", "Ben"], "")


def test_a_quote_that_never_closes_is_told_where_it_began_and_eats_nothing(table):
    patients = table('Id,FIRST\n1,"Ana\n2,Ben\n3,"Cy"\n4,Di\n')

    assert problems(patients) == {
        2: "The quotes in this row are not closed, or something stands behind them."
    }
    assert rows(patients)[1:] == [["2", "Ben"], ["3", "Cy"], ["4", "Di"]]


def test_empty_cells_behind_the_last_column_are_of_no_account(table):
    patients = table("Id,FIRST,,\n1,Ana,,\n2,Ben,,,,\n3,Cy\n,,\n")

    assert (patients.header, rows(patients)) == (["ID", "FIRST"], [["1", "Ana"], ["2", "Ben"], ["3", "Cy"]])


def test_a_column_without_a_name_is_told_and_not_read(table):
    patients = table(",Id,FIRST\n0,P1,Ana\n1,P2,Ben\n")

    assert patients.columns == {"ID": 1, "FIRST": 2}
    assert patients.told == ["patients.csv: column 1 has no name and is not read."]


def test_a_name_that_stands_twice_is_told_and_refused_only_when_it_is_needed(table):
    patients = table("Id,FIRST,first\n1,Ana,Ben\n")

    assert patients.told == ["patients.csv: the header names the column FIRST twice; only the first is read."]
    assert patients.columns == {"ID": 0, "FIRST": 1}
    assert patients.missing(("ID",)) == []
    assert [fault.reason for fault in patients.missing(("FIRST",))] == ["The header names this column twice."]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "patients.csv: The file is empty."),
        (b"\n\n", "patients.csv: The file is empty."),
        (b"%PDF-1.7 rest", "patients.csv: This is PDF, not a table. Save it as CSV or XLSX."),
        (b"\n<!DOCTYPE html><html>", "patients.csv: This is HTML, not a table. Save it as CSV or XLSX."),
        (b"\xd0\xcf\x11\xe0rest", "This is XLS, the old form of spreadsheets."),
        (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password. Save it without one.",
        ),
        ("x" * 2**20 * 17, "A line is longer than 16 MB: this is no table."),
    ],
    ids=["empty", "blank", "pdf", "html", "xls", "password", "one line"],
)
def test_a_file_that_is_no_table_is_refused_in_words(table, content, words):
    assert words in refusal(table, content)


def test_missing_columns_are_listed_together(table):
    faults = table("Id\n1\n").missing(("ID", "FIRST", "GENDER"))

    assert [(fault.row, fault.column) for fault in faults] == [(1, "FIRST"), (1, "GENDER")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("1,1980-05-17,57.5\n2,1931-02-03,71\n", "The first row holds values, not the names of columns."),
        ("Our patients\n\nId,FIRST\n1,Ana\n", "The names of the columns seem to stand in row 3."),
        ("Id,FIRST\n1,Ana\n", ""),
    ],
)
def test_a_header_that_is_none_is_hinted_at(table, content, words):
    assert table(content).hint().startswith(words)
    assert bool(table(content).hint()) is bool(words)
