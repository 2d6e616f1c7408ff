from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.loading.cells import Cells
from accounts.loading.options import Options

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


@pytest.mark.parametrize("code", ["2.98725E+13", "2,98725E+13", "9377952927E-5", "1e5"])
def test_a_code_that_a_spreadsheet_rewrote_is_kept_and_told(code):
    row = cells(code)

    assert row.code("X", 40) == code
    assert "spreadsheet" in row.warnings[0]


def test_a_missing_column_reads_as_blank():
    assert cells("1").text("Y", 10) == ""


def local(value: str, **options: str) -> Cells:
    return Cells({"X": 0}, [value], NOW, 0, Options(**options))


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "zone", "options", "instant"),
    [
        ("2021-07-01T09:00", LONDON, {}, datetime(2021, 7, 1, 8, tzinfo=UTC)),
        ("2021-07-01 09:00:00", UTC, {"time_zone": "Asia/Tokyo"}, datetime(2021, 7, 1, 0, tzinfo=UTC)),
        ("2021-07-01T09:00+02:00", LONDON, {}, datetime(2021, 7, 1, 7, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_one_of_the_zone_that_was_said(text, zone, options, instant):
    row = local(text, **options)

    assert (row.instant("X", zone=zone), row.faults, row.warnings) == (instant, [], [])


def test_an_hour_that_the_clocks_leap_over_is_refused():
    row = local("2021-03-28T01:30")
    row.instant("X", zone=LONDON)

    assert [reason for _column, _value, reason in row.faults] == [
        "There was no such time on that day in Europe/London: the clocks were put forward."
    ]


def test_of_an_hour_that_comes_twice_the_first_is_taken_and_that_is_told():
    row = local("2021-10-31T01:30")

    assert row.instant("X", zone=LONDON) == datetime(2021, 10, 31, 0, 30, tzinfo=UTC)
    assert row.warnings == ["X names an hour that came twice in Europe/London; the first was taken"]


@pytest.mark.parametrize(
    ("formats", "reason"),
    [
        ({}, "This is not a date like 2021-08-23."),
        ({"X": "DD.MM.YYYY"}, "This is not written like DD.MM.YYYY, as the mapping says."),
    ],
)
def test_a_date_in_another_form_is_refused_with_the_form_that_is_expected(formats, reason):
    row = Cells({"X": 0}, ["31/12/2012"], NOW, 0, Options(mapping={"formats": formats}))

    assert row.day("X") is None
    assert row.faults == [("X", "31/12/2012", reason)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.7", "1.7"),
        ("1,7", "1.7"),
        ("-0,125", "-0.125"),
        ("1234,5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("0,700", "0.7"),
    ],
)
def test_a_comma_is_the_point_where_it_can_be_nothing_else(text, number):
    row = cells(text)

    assert row.number_of("X", digits=9, places=3) == Decimal(number)
    assert row.warnings == (["X has a comma, which was read as the decimal point"] if "," in text else [])


@pytest.mark.parametrize(
    "text", ["1,700", "-12,345", "200.000.000", "1,234,567", "1,234.5", "1e3", "٣", "NaN", ""]
)
def test_a_number_that_may_mean_two_things_or_none_is_refused(text):
    row = cells(text)

    assert row.number_of("X", digits=9, places=3) is None
    assert len(row.faults) == 1


def test_letters_in_parts_are_put_together_once_and_told_once():
    row = cells("Jose\u0301 A\u030angstro\u0308m")

    assert row.text("X", 40) == row.get("X") == "José Ångström"
    assert row.warnings == ["X held letters in parts (not NFC); they were put together"]


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!"])
def test_what_a_spreadsheet_could_not_work_out_is_refused(text):
    row = cells(text)
    row.text("X", 40)

    assert row.faults == [("X", text, "A spreadsheet could not work this out. Mend the cell there.")]
