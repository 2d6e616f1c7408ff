"""The pages of the reports: the file says what the page says, who may see them, what may be asked."""

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import AuditEvent, Doctor, Patient, User
from accounts.tests.factories import DepartmentFactory, DoctorFactory, LocationFactory, UserFactory
from accounts.tests.pages import queries, text_of
from hospital.reports.registry import REPORTS, Report
from hospital.tests.reports_world import OCTOBER, hours, visit, waited
from hospital.tests.test_reports import draft
from scheduling.models import Status
from scheduling.tests.factories import AvailabilityOverrideFactory, TimeOffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
EACH = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
MOST_QUERIES = 12


def page_of(report: Report) -> str:
    return reverse(f"admin:{report.url_name}")


def file_of(report: Report) -> str:
    return reverse(f"admin:{report.url_name}_csv")


def day_of(doctor: Doctor, now: datetime) -> None:
    """Something for every report to count."""
    hours(doctor, 0)
    waited(doctor, "2026-10-12T08:00", 12)
    visit(doctor, "2026-10-12T08:30", Status.NOSHOW)
    visit(doctor, "2026-10-12T16:00", Status.FULFILLED)
    draft(doctor, timedelta(days=3), now)
    AvailabilityOverrideFactory(doctor=doctor, date=datetime(2026, 10, 19))
    TimeOffFactory(doctor=doctor, start_at=now, end_at=now + timedelta(hours=1))


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def cells_on(page: str) -> list[list[str]]:
    """What stands in the table, row by row, as a reader of the page sees it."""
    table = re.search(r"<table.*?</table>", page, re.S)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]


def cells_in(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


@EACH
def test_the_file_says_what_the_page_says(
    report: Report, office: Client, dr_rao: Doctor, dr_lee: Doctor, now: datetime
) -> None:
    for doctor in (dr_rao, dr_lee):
        day_of(doctor, now)

    page = office.get(page_of(report), OCTOBER).content.decode()
    link = re.search(r'href="([^"]+/csv/[^"]*)"', page)[1].replace("&amp;", "&")
    answer = office.get(link)

    shown = cells_on(page)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert cells_in(answer.content) == shown
    assert len(shown) == 4, "a header, two doctors, all of them"


@EACH
def test_what_was_asked_is_asked_of_the_file_too(
    report: Report, office: Client, dr_rao: Doctor, dr_lee: Doctor, now: datetime
) -> None:
    for doctor in (dr_rao, dr_lee):
        day_of(doctor, now)
    asked = OCTOBER | {"doctor": dr_lee.pk, "by": "department"}

    page = office.get(page_of(report), asked).content.decode()
    link = re.search(r'href="([^"]+/csv/[^"]*)"', page)[1].replace("&amp;", "&")

    assert cells_in(office.get(link).content) == cells_on(page)
    assert len(cells_on(page)) == 3


@EACH
def test_a_name_that_a_spreadsheet_would_reckon_with_is_made_plain_in_the_file(
    report: Report, office: Client, dr_rao: Doctor, now: datetime
) -> None:
    trick = '=HYPERLINK("http://evil.example","x")'
    department = DepartmentFactory(name=trick)
    Doctor.objects.filter(pk=dr_rao.pk).update(title="", given_name=trick, department=department)
    dr_rao.refresh_from_db()
    day_of(dr_rao, now)

    cells = [cell for line in cells_in(office.get(file_of(report), OCTOBER).content) for cell in line]

    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert any(cell.startswith(f"'{trick}") for cell in cells)
    assert escape(trick) in office.get(page_of(report), OCTOBER).content.decode()


@EACH
def test_a_file_is_noted_and_a_look_is_not(report: Report, office: Client, admin: User) -> None:
    office.get(page_of(report), OCTOBER)
    assert not AuditEvent.objects.filter(action="export").exists()

    office.get(file_of(report), OCTOBER | {"by": "doctor"})

    event = AuditEvent.objects.get(action="export")
    assert (event.actor, event.role, event.patient) == (admin, "admin", None)
    assert report.slug in event.reason
    assert ("from=2026-10-01&to=2026-10-31" in event.reason) == report.has_days


@pytest.mark.parametrize("who", ["reception", "privacy", "nurse", "dr_rao", "ana"])
def test_reports_are_for_administrators(who: str, request: Any, client: Client) -> None:
    person = request.getfixturevalue(who)
    client.force_login(person if isinstance(person, User) else person.user)
    pages = [reverse("admin:reports"), *map(page_of, REPORTS), *map(file_of, REPORTS)]

    refused = {client.get(page, follow=True).status_code for page in pages}

    assert refused == {403}
    assert not AuditEvent.objects.filter(action="export").exists()


@EACH
def test_a_report_is_looked_at_and_nothing_is_sent_to_it(report: Report, office: Client) -> None:
    assert [office.post(address).status_code for address in (page_of(report), file_of(report))] == [405, 405]
    assert not AuditEvent.objects.filter(action="export").exists()


def test_the_index_names_every_report(office: Client) -> None:
    text = office.get(reverse("admin:reports")).content.decode()

    listed = re.findall(r'<a href="(/admin/reports/[^"]+)">([^<]+)</a>', text)
    assert listed == [(page_of(report), str(report.title)) for report in REPORTS]


@EACH
def test_a_page_says_what_its_numbers_mean(report: Report, office: Client) -> None:
    text = text_of(office.get(page_of(report)))

    assert [words for words in report.definitions if str(escape(words)) not in text] == []
    assert "Nothing" in text or "nothing" in text


def test_without_days_the_report_is_about_last_month(office: Client, dr_rao: Doctor) -> None:
    visit(dr_rao, "2026-12-01T00:00")
    visit(dr_rao, "2026-12-31T23:59")
    visit(dr_rao, "2026-11-30T23:00")
    visit(dr_rao, "2027-01-01T00:20")

    answer = office.get(page_of(REPORTS[0]))

    assert answer.context["sheet"].totals[-1] == "2"
    assert "From 1 December 2026 to 31 December 2026" in text_of(answer)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-10-32", "2026-10-31", "Write the day as 2027-01-31."),
        ("soon", "2026-10-31", "Write the day as 2027-01-31."),
        ("2026-10-01", "", "Choose both days."),
        ("", "2026-10-31", "Choose both days."),
        ("2026-10-02", "2026-10-01", "The last day is before the first. Choose a later one."),
        ("2026-01-01", "2027-01-02", "Choose at most a year: 366 days."),
        ("1899-12-31", "1900-01-01", "Choose a day between the years 1900 and 2200."),
        ("9999-12-31", "9999-12-31", "Choose a day between the years 1900 and 2200."),
        ("2026-10-01\0", "2026-10-31", "Write the day as 2027-01-31."),
    ],
)
def test_days_that_cannot_be_are_refused_in_words(first: str, last: str, words: str, office: Client) -> None:
    answers = [
        office.get(address, {"from": first, "to": last})
        for address in (page_of(REPORTS[1]), file_of(REPORTS[1]))
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all(words in text_of(answer) for answer in answers)
    assert not AuditEvent.objects.filter(action="export").exists()


def test_a_day_and_a_leap_year_may_be_asked_for(office: Client) -> None:
    asked = [("2027-01-11", "2027-01-11"), ("2028-01-01", "2028-12-31")]

    answers = [office.get(page_of(REPORTS[0]), {"from": first, "to": last}) for first, last in asked]

    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("value", ["999999", "x", "-1", "99999999999999999999999", "\0"])
@pytest.mark.parametrize("box", ["doctor", "department", "by"])
def test_a_choice_that_is_not_offered_is_refused_in_words(box: str, value: str, office: Client) -> None:
    answer = office.get(page_of(REPORTS[1]), OCTOBER | {box: value})

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {box}


@EACH
def test_a_report_asks_the_database_as_often_for_three_doctors_as_for_one(
    report: Report, office: Client, now: datetime
) -> None:
    def another() -> None:
        day_of(DoctorFactory(location=LocationFactory(), user=UserFactory(role="doctor")), now)

    url = f"{page_of(report)}?from=2026-10-01&to=2026-10-31"
    another()
    few, before = queries(office, url)
    another()
    another()
    many, after = queries(office, url)

    print(f"{report.slug}: {many} queries")
    assert few == many <= MOST_QUERIES
    assert len(after.context["sheet"].rows) == len(before.context["sheet"].rows) + 2


def test_a_report_holds_no_name_of_a_patient(office: Client, dr_rao: Doctor, now: datetime) -> None:
    day_of(dr_rao, now)
    Patient.objects.update(given_name="Canary", family_name="Of the mine")

    pages = [
        office.get(address, OCTOBER).content for one in REPORTS for address in (page_of(one), file_of(one))
    ]

    assert [page for page in pages if b"Canary" in page or b"Of the mine" in page] == []
