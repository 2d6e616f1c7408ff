"""The charts of the desk: what they count, by the hospital's days and weeks, and where it is drawn."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Doctor, User
from clinical.trends import BOTTOM, TOP
from hospital.desk.charts import Chart
from hospital.desk.drawings import LOWEST, Plot, columns, curves
from hospital.tests.reports_world import visit, waited
from scheduling.models import Status


@pytest.fixture
def summer(frozen: Any, now: Any) -> None:
    """Wednesday 28 October 2026: the clocks went back last Sunday."""
    frozen.move_to("2026-10-28T12:00:00+00:00")


def drawn(client: Client, admin: User) -> dict[str, Chart]:
    client.force_login(admin)
    return {chart.name: chart for chart in client.get("/admin/").context["charts"]}


def told(chart: Chart) -> dict[str, list[str]]:
    """Rows of the table under the chart that are not empty, by day."""
    return {day: cells for day, *cells in chart.sheet.rows if any(cell not in ("0", "–") for cell in cells)}


@pytest.mark.usefixtures("summer")
def test_visits_are_drawn_on_the_day_of_the_hospital(
    client: Client, admin: User, dr_rao: Doctor, dr_lee: Doctor
) -> None:
    visit(dr_rao, "2026-09-28T22:30")  # 23:30, a day too early
    visit(dr_rao, "2026-09-28T23:30")  # 00:30 on the first of the thirty days
    visit(dr_rao, "2026-10-24T23:10", Status.FULFILLED)  # 00:10 on the day of 25 hours
    visit(dr_rao, "2026-10-25T23:50", Status.NOSHOW)
    visit(dr_lee, "2026-10-25T12:00", Status.CANCELLED)
    visit(dr_lee, "2026-10-25T13:00", Status.PENDING)
    visit(dr_lee, "2026-10-25T14:00", Status.ENTERED_IN_ERROR)
    visit(dr_lee, "2026-10-28T23:50")  # today, still to come
    visit(dr_rao, "2026-10-29T00:00")

    chart = drawn(client, admin)["visits"]

    assert told(chart) == {"29 September 2026": ["1"], "25 October 2026": ["2"], "28 October 2026": ["1"]}
    assert len(chart.sheet.rows) == 30
    assert chart.summary == "4 visits; at most 2 on a day."


@pytest.mark.usefixtures("summer")
def test_weeks_begin_on_monday_and_this_one_is_not_over(
    client: Client, admin: User, dr_rao: Doctor, dr_lee: Doctor
) -> None:
    visit(dr_rao, "2026-08-02T22:30", Status.NOSHOW)  # Sunday 23:30, before the twelve weeks
    visit(dr_rao, "2026-08-02T23:30", Status.NOSHOW)  # Monday 00:30
    visit(dr_rao, "2026-10-19T09:00", Status.FULFILLED)
    visit(dr_rao, "2026-10-25T23:30", Status.NOSHOW)  # Sunday 23:30, by the winter's clock
    visit(dr_lee, "2026-10-20T09:00", Status.ARRIVED)
    visit(dr_lee, "2026-10-20T10:00", Status.BOOKED)
    visit(dr_lee, "2026-10-26T00:00", Status.NOSHOW)  # this week

    chart = drawn(client, admin)["no-shows"]

    assert told(chart) == {
        "3 August 2026": ["1", "0", "100.0"],
        "19 October 2026": ["1", "2", "33.3"],
    }
    assert [len(chart.sheet.rows), len(chart.plot.boxes)] == [12, 2]
    assert chart.summary == "No-show rate of the 12 weeks: 50.0 %."


@pytest.mark.usefixtures("summer")
def test_waiting_times_of_a_week_are_those_of_the_report(client: Client, admin: User, dr_rao: Doctor) -> None:
    for hour, minutes in enumerate([2, 4, 10, 30], 1):
        waited(dr_rao, f"2026-10-19T0{hour}:00", minutes)
    waited(dr_rao, "2026-10-05T09:00", 50)
    waited(dr_rao, "2026-10-26T09:00", 99)

    chart = drawn(client, admin)["waiting"]

    assert told(chart) == {"5 October 2026": ["1", "50", "50"], "19 October 2026": ["4", "7", "30"]}
    assert chart.summary == "Over the 12 weeks: median 10 minutes, 90th percentile 50 minutes."


@pytest.mark.django_db
def test_an_empty_house_has_charts_without_values(client: Client, admin: User) -> None:
    charts = drawn(client, admin)

    assert [told(chart) for chart in charts.values()] == [{}, {}, {}]
    assert charts["no-shows"].summary == "No-show rate of the 12 weeks: – %."
    assert charts["no-shows"].plot.boxes == []


@pytest.mark.usefixtures("summer")
def test_a_chart_has_a_name_a_description_and_its_table(client: Client, admin: User) -> None:
    names = list(drawn(client, admin))

    page = client.get("/admin/").content.decode()

    pictures = re.findall(r"<svg.*?</svg>", page, re.S)
    pictures = [picture for picture in pictures if "-summary" in picture]
    assert len(pictures) == len(names) == 3
    for name, picture in zip(names, pictures, strict=True):
        assert f'aria-labelledby="{name}-title {name}-summary"' in picture
        assert f'<title id="{name}-title">' in picture and f'<desc id="{name}-summary">' in picture
    assert page.count(": the numbers</summary>") == 3
    assert " style=" not in page


# Where things lie


def heights(plot: Plot) -> list[float]:
    return [float(box.height) for box in plot.boxes]


def test_columns_stand_on_the_ground_and_are_as_high_as_their_numbers() -> None:
    plot = columns([10, 5, 0, None])

    full = BOTTOM - TOP
    assert [str(level.value) for level in plot.levels] == ["0", "5", "10"]
    assert heights(plot) == [full, full / 2, LOWEST]
    assert {round(float(box.y) + float(box.height), 1) for box in plot.boxes} == {float(BOTTOM)}


@pytest.mark.parametrize("highest", [0, 1, 2, 3, 7, 10, 11, 99, 100, 101, 999, 12345])
def test_no_column_is_higher_than_the_chart_and_levels_are_whole(highest: int) -> None:
    plot = columns([highest])

    tops = [level.value for level in plot.levels]
    assert tops[-1] >= highest and 2 <= len(tops) <= 8
    assert all(value == value.to_integral_value() for value in tops)
    assert heights(plot)[0] <= BOTTOM - TOP


def test_a_line_is_broken_where_a_week_says_nothing() -> None:
    plot = curves([[4, None, 8, 6], [Decimal(8), None, None, 8]])

    assert re.findall("[ML]", plot.lines[0].joined) == ["M", "M", "L"]
    assert re.findall("[ML]", plot.lines[1].joined) == ["M", "M"]
    assert [line.dots.count("M") for line in plot.lines] == [3, 2]


def test_places_are_equal_from_left_to_right() -> None:
    lefts = [float(box.x) for box in columns([1] * 30).boxes]

    gaps = {round(after - before) for before, after in zip(lefts, lefts[1:], strict=False)}
    assert gaps == {9}
    assert lefts[0] > 40 and lefts[-1] + float(columns([1] * 30).boxes[-1].width) < 312
