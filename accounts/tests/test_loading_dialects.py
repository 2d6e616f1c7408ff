"""Every file of the sample folder of odd tables, with what comes of it."""

import unicodedata
from pathlib import Path

import pytest

from accounts.loading.faults import Unreadable
from accounts.loading.readers import open_source

SHORT = "The row has %d cells, the header has %d."
USUAL = "UTF-8, columns separated by “,”."
ALONE = "UTF-8, a single column."
ABC = ["A", "B", "C"]
AGATE = ["NUMBER", "TEXT", "BOOLEAN", "DATE", "DATETIME", "TIMEDELTA"]
AGATE_ROWS = [
    ["1", "a", "True", "2015-11-04", "2015-11-04T12:22:00", "0:04:15"],
    ["2", "👍", "False", "2015-11-05", "2015-11-04T12:45:00", "0:06:18"],
    ["", "b", "", "", "", ""],
]
ONE, TWO = ["1", "2", "3"], ["4", "5", "ʤ"]

# By file: what is told of it, its header, and its rows; a row that is refused is given by the words.
READ = {
    "agate_test_cr.csv": (USUAL, AGATE, AGATE_ROWS),
    "agate_test_crlf.csv": (USUAL, AGATE, AGATE_ROWS),
    "agate_test_quote_nonnumeric.csv": (USUAL, AGATE, AGATE_ROWS),
    "csvkit_bad.csv": (
        USUAL,
        ["COLUMN_A", "COLUMN_B", "COLUMN_C"],
        [SHORT % (4, 3), SHORT % (2, 3), ["0", "mixed types.... uh oh", "17"]],
    ),
    "csvkit_blanks.csv": (USUAL, [*ABC, "D", "E", "F"], [["", "NA", "N/A", "NONE", "NULL", "."]]),
    "csvkit_date_like_number.csv": (ALONE, ["A"], [["4.5"]]),
    "csvkit_dummy_col_shuffled_ragged.csv": (USUAL, ["B", "C", "A", "D"], [["2", "3", "1", "4"]]),
    "csvkit_foo1.csv": (USUAL, ["ID", "NAME", "AGE"], [["1", "Jake", "22"], ["2", "Howard", "21"]]),
    "csvkit_mac_newlines.csv": (USUAL, ABC, [ONE, ["Once upon\ra time", "5", "6"]]),
    "csvkit_no_header_row3.csv": (USUAL, ONE, [["4", "5", "6"]]),
    "csvkit_null_byte.csv": (USUAL, ABC, ["The row holds a NUL byte."]),
    "csvkit_optional_quote_characters.csv": (USUAL, ABC, [ONE]),
    "csvkit_test_date_format.csv": (ALONE, ["A"], [["02/01/2014"], ["31/12/2012"]]),
    "csvkit_test_empty_columns.csv": (USUAL, ABC, [["a", "", ""], ["", "", "c"]]),
    "csvkit_test_empty_columns_long_row.csv": (USUAL, ABC, []),
    "csvkit_test_empty_columns_short_row.csv": (USUAL, ABC, []),
    "csvkit_test_extra_header.csv": (USUAL, [*ABC, "D"], [SHORT % (3, 4)]),
    "csvkit_test_header_newline.csv": (USUAL, ["START END", "B", "C"], [["d", "e", "f"]]),
    "csvkit_test_latin1.csv": ("Windows-1252, columns separated by “,”.", ABC, [ONE, ["4", "5", "©"]]),
    "csvkit_test_locale.csv": (USUAL, ABC, [["1,7", "200.000.000", ""]]),
    "csvkit_test_no_leading_zeroes.csv": (USUAL, ABC, [["01", "00.11", "0.1"]]),
    "csvkit_test_numeric_date_format.csv": (ALONE, ["A"], [["20140102"], ["20121231"]]),
    "csvkit_test_skip_lines.csv": (USUAL, ABC, [ONE]),
    "csvkit_test_utf16_big.csv": ("UTF-16, columns separated by “,”.", ABC, [ONE, TWO]),
    "csvkit_test_utf16_little.csv": ("UTF-16, columns separated by “,”.", ABC, [ONE, TWO]),
    "csvkit_test_utf8.csv": (USUAL, ["FOO", "BAR", "BAZ"], [ONE, TWO]),
    "csvkit_test_utf8_bom.csv": (USUAL, ["FOO", "BAR", "BAZ"], [ONE, TWO]),
    "spectrum_comma_in_quotes.csv": (
        USUAL,
        ["FIRST", "LAST", "ADDRESS", "CITY", "ZIP"],
        [["John", "Doe", "120 any st.", "Anytown, WW", "08123"]],
    ),
    "spectrum_empty.csv": (USUAL, ABC, [["1", "", ""], ["2", "3", "4"]]),
    "spectrum_empty_crlf.csv": (USUAL, ABC, [["1", "", ""], ["2", "3", "4"]]),
    "spectrum_escaped_quotes.csv": (USUAL, ["A", "B"], [["1", 'ha "ha" ha'], ["3", "4"]]),
    "spectrum_json.csv": (
        USUAL,
        ["KEY", "VAL"],
        [["1", '{"type": "Point", "coordinates": [102.0, 0.5]}']],
    ),
    # The degree signs were lost before the file came here: it holds U+FFFD itself.
    "spectrum_location_coordinates.csv": (
        USUAL,
        ["CONTACT PHONE NUMBER", "LOCATION COORDINATES", "CITIES", "COUNTIES"],
        [["2095257564", "37\ufffd36'37.8\"N 121\ufffd2'17.9\"W", "Modesto", "Stanislaus"]],
    ),
    "spectrum_newlines.csv": (USUAL, ABC, [ONE, ["Once upon \na time", "5", "6"], ["7", "8", "9"]]),
    "spectrum_newlines_crlf.csv": (USUAL, ABC, [ONE, ["Once upon \r\na time", "5", "6"], ["7", "8", "9"]]),
    "spectrum_quotes_and_newlines.csv": (USUAL, ["A", "B"], [["1", 'ha \n"ha" \nha'], ["3", "4"]]),
    "spectrum_simple.csv": (USUAL, ABC, [ONE]),
    "spectrum_simple_crlf.csv": (USUAL, ABC, [ONE]),
    "spectrum_utf8.csv": (USUAL, ABC, [ONE, TWO]),
    "test.xlsx": (
        "sheet “Sheet1”.",
        ["TEXT", "DATE", "INTEGER", "BOOLEAN", "FLOAT", "DATETIME", "EMPTY_COLUMN"],
        [
            ["Chicago Reader", "1971-01-01", "40", "TRUE", "1", "1971-01-01T04:14:00", ""],
            SHORT % (8, 7),
            ["Chicago Tribune", "1920-01-01", "164", "FALSE", "41800000.01", "1920-01-01T00:00:00", ""],
            ["This row has blanks", "", "", "", "", "", ""],
            ["Unicode! Σ", "", "", "", "", "", ""],
        ],
    ),
}
REFUSED = {
    "csvkit_empty.csv": "csvkit_empty.csv: The file is empty.",
    "test.xls": "test.xls: This is XLS, the old form of spreadsheets. Save it as XLSX or CSV.",
}
# What is told besides, or would be told if columns were missing.
MORE = {
    "csvkit_test_skip_lines.csv": ["csvkit_test_skip_lines.csv: the names of the columns stand in row 4."],
}
HINTS = {
    "csvkit_no_header_row3.csv": "The first row holds values, not the names of columns. Put the names above it."
}


@pytest.fixture
def folder(sample_data: Path) -> Path:
    return sample_data / "csv_dialects"


def test_the_tables_below_name_every_file(folder):
    assert {path.name for path in folder.iterdir()} == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_an_odd_table_gives_its_rows_or_says_why_not(folder, name):
    told, header, rows = READ[name]

    with open_source(folder / name) as source:
        table = source.open(Path(name).stem.lower())
        records = list(table.records())

    assert source.told == [f"{name}: {told}", *MORE.get(name, [])]
    assert (table.header, table.hint()) == (header, HINTS.get(name, ""))
    assert [record.problem or record.cells for record in records] == rows


@pytest.mark.parametrize("name", REFUSED)
def test_an_odd_file_that_is_no_table_is_refused(folder, name):
    with open_source(folder / name) as source, pytest.raises(Unreadable) as error:
        source.open(Path(name).stem.lower())

    assert str(error.value) == REFUSED[name]


def test_no_letter_is_garbled_on_the_way(folder):
    """Nothing that an encoding taken for another would leave behind."""
    for name in READ.keys() - {"spectrum_location_coordinates.csv", "csvkit_null_byte.csv"}:
        with open_source(folder / name) as source:
            records = list(source.open(Path(name).stem.lower()).records())
        text = "".join(cell for record in records for cell in record.cells)
        strange = {one for one in text if unicodedata.category(one) in ("Cc", "Cs", "Co", "Cn")} - set("\r\n")
        assert (name, strange, "\ufffd" in text) == (name, set(), False)
