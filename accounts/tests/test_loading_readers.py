from pathlib import Path

import pytest

from accounts.loading.faults import Unreadable
from accounts.loading.readers import Folder, Table


@pytest.fixture
def table(tmp_path: Path):
    def write(content: bytes | str) -> Table:
        path = tmp_path / "patients.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Table(path)

    return write


def refusal(table, content: bytes | str) -> str:
    with pytest.raises(Unreadable) as error:
        list(table(content).records())
    return str(error.value)


def test_header_names_match_in_any_case_and_with_spare_spaces(table):
    patients = table('Id ,"Birth\nDate",first\n1,2,3\n')

    assert patients.header == ["ID", "BIRTH DATE", "FIRST"]
    assert patients.missing(("ID", "FIRST")) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_end_are_read(table, newline):
    text = newline.join(["Id,FIRST", "1,José", "2,Ana", ""])

    patients = table(b"\xef\xbb\xbf" + text.encode())

    assert [record.cells for record in patients.records()] == [["1", "José"], ["2", "Ana"]]


def test_rows_are_numbered_as_a_spreadsheet_does(table):
    patients = table('Id,FIRST\n1,"two\nlines"\n\n3,Ana\n')

    assert [(record.number, record.cells[0]) for record in patients.records()] == [(2, "1"), (4, "3")]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1", "1 cells"),
        ("1,2,3", "3 cells"),
        ("1,A\0na", "NUL"),
        ('1,"Ana"x', "quotes"),
        ("1," + "x" * 200_000, "far too long"),
    ],
)
def test_a_damaged_row_is_told_and_the_next_is_read(table, row, words):
    damaged, sound = table(f"Id,FIRST\n{row}\n2,Ben\n").records()

    assert (damaged.number, words in damaged.problem) == (2, True)
    assert (sound.number, sound.cells, sound.problem) == (3, ["2", "Ben"], "")


def test_a_quote_that_never_closes_is_told(table):
    (record,) = table('Id,FIRST\n1,"Ana\n2,Ben\n').records()

    assert "quotes" in record.problem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        ("Id,FIRST\n1,José\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "XLSX"),
        (b"Id,ID\n", "twice"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(table, content, words):
    assert words in refusal(table, content)


def test_windows_text_is_refused_with_its_row(table):
    content = b"Id,FIRST\n" + b"1,Ana\n" * 5000 + "2,José\n".encode("cp1252")

    words = refusal(table, content)

    assert "patients.csv, row 5002" in words
    assert "Windows-1252" in words


def test_missing_columns_are_listed_together(table):
    faults = table("Id\n1\n").missing(("ID", "FIRST", "GENDER"))

    assert [(fault.row, fault.column) for fault in faults] == [(1, "FIRST"), (1, "GENDER")]


def test_another_separator_is_named(table):
    hint, *_missing = table("Id;FIRST\n1;Ana\n").missing(("ID", "FIRST"))

    assert "separated by ;" in hint.reason


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Unreadable, match="no such folder"):
        Folder(tmp_path / "nowhere")


def test_an_archive_is_refused_with_what_to_do(tmp_path):
    archive = tmp_path / "synthea.zip"
    archive.write_bytes(b"PK\x03\x04")

    with pytest.raises(Unreadable, match="unpack an archive first"):
        Folder(archive)


def test_a_folder_without_tables_is_told(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")

    with pytest.raises(Unreadable, match="no CSV file"):
        Folder(tmp_path)


def test_the_digest_follows_the_content(tmp_path):
    (tmp_path / "A.CSV").write_text("Id\n1\n")
    before = Folder(tmp_path).digest()
    (tmp_path / "A.CSV").write_text("Id\n2\n")

    assert Folder(tmp_path).digest() != before


def test_rows_of_an_unused_table_are_counted_even_when_it_is_damaged(tmp_path):
    (tmp_path / "sound.csv").write_text('Id,TEXT\n1,"two\nlines"\n\n2,x\n')
    (tmp_path / "damaged.csv").write_bytes(b"Id\n\xff\n" + b"x" * 200_000 + b"\n")
    folder = Folder(tmp_path)

    assert (folder.row_count("sound"), folder.row_count("damaged")) == (2, 2)
