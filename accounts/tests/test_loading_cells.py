from datetime import UTC, date, datetime

import pytest

from accounts.loading.cells import Cells

NOW = datetime(2027, 1, 11, tzinfo=UTC)


def cells(value: str) -> Cells:
    return Cells({"X": 0}, [value], NOW)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2021-08-23T03:26:50Z", datetime(2021, 8, 23, 3, 26, 50, tzinfo=UTC)),
        ("2021-08-22T20:26:50-07:00", datetime(2021, 8, 23, 3, 26, 50, tzinfo=UTC)),
        ("2021-08-23T03:26:50.250Z", datetime(2021, 8, 23, 3, 26, 50, 250_000, tzinfo=UTC)),
        ("2021-08-23T03:26:50", datetime(2021, 8, 23, 3, 26, 50, tzinfo=UTC)),
        ("", None),
    ],
)
def test_an_instant_is_the_same_whatever_its_offset(text, instant):
    assert cells(text).instant("X") == instant


@pytest.mark.parametrize("text", ["BAD_DATA", "23/08/2021", "2021-13-01", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_cannot_be_read_is_a_fault(text):
    row = cells(text)

    assert row.instant("X") is None
    assert [(column, value) for column, value, _reason in row.faults] == [("X", text)]


@pytest.mark.parametrize("text", ["2021-08-23", "2021-08-23T23:59:00-07:00"])
def test_a_day_is_the_one_that_is_written(text):
    assert cells(text).day("X") == date(2021, 8, 23)


def test_a_date_kept_as_an_instant_is_midnight_where_the_hospital_stands(settings):
    settings.TIME_ZONE = "America/New_York"

    assert cells("2021-08-23").start_of_day("X") == datetime(2021, 8, 23, 4, 0, tzinfo=UTC)


def test_a_text_that_is_too_long_is_a_fault_and_not_cut():
    row = cells("x" * 6)
    row.text("X", 5)

    assert [reason for _column, _value, reason in row.faults] == ["This is longer than 5 characters."]


@pytest.mark.parametrize("code", ["08", "157141000119108", "NDA020800"])
def test_a_code_stays_text(code):
    row = cells(code)

    assert (row.code("X", 40), row.warnings) == (code, [])


@pytest.mark.parametrize("code", ["2.98725E+13", "2,98725E+13", "1e5"])
def test_a_code_that_a_spreadsheet_rewrote_is_kept_and_told(code):
    row = cells(code)

    assert row.code("X", 40) == code
    assert "spreadsheet" in row.warnings[0]


def test_a_missing_column_reads_as_blank():
    assert cells("1").text("Y", 10) == ""
