"""Lists as files: what the screen shows, nothing that a spreadsheet would run, and a note of who took it."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Doctor, Patient, User
from accounts.services import exports
from accounts.services.archiving import archive_patient
from accounts.tests.factories import PatientFactory
from accounts.tests.office import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def taken(client: Client, action: str, rows: Any, query: str = "", **more: Any) -> Any:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return client.post(url("patient") + query, chosen)


def lines(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def cells(answer: Any) -> list[list[Any]]:
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def people() -> list[Patient]:
    return [
        PatientFactory(
            given_name="Zoë", family_name="Adams", birth_date=date(1990, 2, 3), phone="+442079460123"
        ),
        PatientFactory(given_name="=1+1", family_name="Brown", birth_date=None, email="@x@example.org"),
        PatientFactory(given_name="Cy", family_name="Cole", birth_date=date(1950, 1, 2)),
    ]


def test_the_file_has_the_columns_the_rows_and_the_order_of_the_list(office: Client) -> None:
    zoe, formula, cy = people()

    found = lines(taken(office, "export_csv", [zoe, formula, cy], "?o=-1"))

    assert found[0] == [
        "Name", "Record number (MRN)", "Date of birth", "Sex", "Phone", "E-mail address", "Current",
    ]  # fmt: skip
    assert [row[0] for row in found[1:]] == ["Zoë Adams", "Cy Cole", "'=1+1 Brown"]
    assert found[1][1:5] == [zoe.grouped_mrn, "1990-02-03", zoe.get_gender_display(), "'+44 20 7946 0123"]
    assert (found[3][5], found[3][2]) == ("'@x@example.org", "")


def test_the_same_as_a_workbook_has_dates_and_no_formula(office: Client) -> None:
    zoe, formula, _cy = people()

    found = cells(taken(office, "export_xlsx", [zoe, formula]))

    assert [row[0] for row in found[1:]] == ["Zoë Adams", "'=1+1 Brown"]
    assert found[1][2] == datetime(1990, 2, 3)
    assert all(kind != "f" for kind in kinds(taken(office, "export_xlsx", [formula])))


def kinds(answer: Any) -> set[str]:
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    return {cell.data_type for row in sheet.iter_rows() for cell in row}


def test_all_that_match_are_taken_with_filter_and_search(office: Client, admin: User) -> None:
    zoe, _formula, cy = people()
    gone = PatientFactory(given_name="Zoë", family_name="Gone")
    archive_patient(patient=gone, actor=admin, now=timezone.now())
    PatientFactory.create_batch(55, given_name="Zoë", family_name="Many")

    answer = taken(office, "export_csv", [zoe], "?state=current&q=zoe", select_across="1")

    names = [row[0] for row in lines(answer)[1:]]
    assert (len(names), set(names)) == (56, {"Zoë Adams", "Zoë Many"})
    assert cy.full_name not in names


def test_an_export_leaves_one_note_without_whom_somebody_looked_for(office: Client, admin: User) -> None:
    zoe, *_others = people()

    taken(office, "export_csv", [zoe], "?state=current&q=zoe+adams", select_across="1")

    (event,) = AuditEvent.objects.filter(action="export")
    assert (event.actor, event.target_table, event.target_id) == (admin, "accounts_patient", "")
    assert event.reason == "1 row. CSV. State: Current; Searched"
    assert "zoe" not in event.reason.lower()


def test_a_download_that_breaks_off_is_noted_too(office: Client) -> None:
    answer = taken(office, "export_csv", people())

    next(iter(answer.streaming_content))
    assert AuditEvent.objects.filter(action="export").count() == 1


@pytest.mark.parametrize("role", ["reception", "privacy"])
def test_who_may_not_take_data_out_is_offered_no_export_and_gets_none(
    client: Client, request: pytest.FixtureRequest, role: str
) -> None:
    rows = people()
    client.force_login(request.getfixturevalue(role))

    offered = client.get(url("patient")).content.decode()
    answer = taken(client, "export_csv", rows)

    assert "export_csv" not in offered
    assert not answer.streaming
    assert "Adams" not in answer.headers.get("Content-Disposition", "")
    assert AuditEvent.objects.filter(action="export").count() == 0


def test_the_service_asks_for_the_permission_itself(reception: User) -> None:
    with pytest.raises(NotAllowed):
        exports.note_export(model=Patient, rows=1, told="CSV", actor=reception)

    assert AuditEvent.objects.filter(action="export").count() == 0


def test_every_list_can_be_exported(office: Client, dr_rao: Doctor, ana: Patient) -> None:
    answer = office.post(url("doctor"), {"action": "export_csv", "_selected_action": [dr_rao.pk]})

    found = lines(answer)
    assert (found[0][:2], len(found)) == (["Doctor", "Specialty"], 2)
    assert "rao@example.org" in found[1]


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-3", "'-3"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        (-3, -3),
        (Decimal("-3.50"), Decimal("-3.50")),
        (None, ""),
        (True, "Yes"),
        ("bell\x07", "bell"),
        (" =1+1", "' =1+1"),
        ("\u00a0\u200b=1+1", "'\u00a0\u200b=1+1"),
        (" a blank before", " a blank before"),
    ],
)
def test_a_spreadsheet_runs_nothing_and_numbers_stay_numbers(value: Any, becomes: Any) -> None:
    assert exports.safe(value) == becomes


def test_instants_are_told_by_the_hospitals_clock() -> None:
    at = datetime(2027, 7, 1, 8, 0, tzinfo=UTC)

    assert exports.spelled(at) == "2027-07-01 09:00:00+01:00"
    assert exports.kept(at) == datetime(2027, 7, 1, 9, 0)


def test_a_list_that_no_sheet_holds_is_refused_in_words(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.backoffice.exporting.SHEET_ROWS", 3)

    answer = taken(office, "export_xlsx", people())

    assert answer.status_code == 302
    assert "export it as CSV" in office.get(url("patient")).content.decode()
    assert AuditEvent.objects.filter(action="export").count() == 0
