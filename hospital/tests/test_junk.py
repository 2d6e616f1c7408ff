"""SEC-23 in small: no junk in an address makes a page fail, or writes anything."""

import uuid
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin as back_office
from django.test import Client
from django.urls import reverse

from accounts.models import Doctor, Patient, User
from clinical.tests.factories import signed, started
from hospital.tests.test_bad_input import all_rows
from scheduling.models import AppointmentType
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory, open_every_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


JUNK = [
    "", "0", "-1", "abc", "xx", str(2**31), str(2**63), str(2**64), "1e9", "٣", "\0", "a\0b", "9" * 10_000,
    "é" * 5000, "2027-02-30", "0001-01-01", "9999-12-31", "2027-01-11T09:00:00", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59", "' OR 1=1 --", "%", "\\", "[]", "../../etc/passwd", "\u202e", str(uuid.UUID(int=7)),
]  # fmt: skip
GET_PAGES = [
    (None, "/doctors/", ["type", "free", "name", "department", "specialty", "language", "gender", "page"]),
    (None, "/accounts/login/", ["next"]),
    (None, "/accounts/signup/", ["next"]),
    ("ana", "/appointments/", ["show", "page"]),
    ("ana", "/appointments/?show=past", ["year", "page"]),
    ("ana", "/records/", ["page"]),
    ("rao", "/appointments/", ["day"]),
    ("rao", "/patients/", ["page"]),
    ("rao", "/patients/{ana}/", ["page"]),
    ("ana", "/appointments/book/{rao}/", ["type", "from", "at", "start"]),
    ("ana", "/appointments/book/{rao}/?type={kind}", ["from", "at", "start"]),
    ("ana", "/appointments/{visit}/reschedule/", ["doctor", "from", "at", "start"]),
    ("ana", "/appointments/{visit}/reschedule/check/", ["doctor", "start"]),
    ("ana", "/appointments/{visit}/reschedule/check/?doctor={rao}", ["start"]),
    ("ana", "/appointments/book/{rao}/check/", ["type", "start"]),
    ("ana", "/appointments/book/{rao}/check/?type={kind}", ["start"]),
    ("rao", "/schedule/", ["type"]),
    ("rao", "/schedule/leave/", ["page"]),
    ("rao", "/schedule/times/", ["type", "day", "page"]),
    ("reception", "/schedule/", ["name", "page"]),
    ("reception", "/schedule/times/", ["type", "department", "day", "page"]),
    ("reception", "/schedule/times/{rao}/", ["type", "day"]),
    ("reception", "/appointments/", ["day"]),
    ("reception", "/admin/scheduling/appointment/add/", ["doctor", "patient", "type", "start_0", "start"]),
    ("admin", "/admin/scheduling/availabilityrule/add/", ["doctor", "weekday", "start_time", "location"]),
    ("admin", "/admin/autocomplete/", ["term", "page", "app_label", "model_name", "field_name"]),
    ("admin", "/admin/autocomplete/?app_label=scheduling&model_name=appointment&field_name=patient", ["term", "page"]),
    ("admin", "/admin/autocomplete/?app_label=scheduling&model_name=appointment&field_name=doctor", ["term", "page"]),
]  # fmt: skip


@pytest.fixture
def people(dr_rao: Doctor, ana: Patient, reception: User, admin: User, now: datetime) -> dict[str, Any]:
    """Who asks, and the rows that addresses name; each list has a row."""
    kind: AppointmentType = AppointmentTypeFactory(name="Consultation", code="consultation")
    open_every_day(dr_rao)
    signed(dr_rao, ana, now - timedelta(days=1))
    started(dr_rao, ana, now)
    visit = AppointmentFactory(doctor=dr_rao, patient=ana, type=kind, start_at=now + timedelta(days=2))
    return {
        "users": {"ana": ana.user, "rao": dr_rao.user, "reception": reception, "admin": admin, None: None},
        "rows": {
            "ana": ana.public_id,
            "rao": dr_rao.public_id,
            "kind": kind.public_id,
            "visit": visit.public_id,
        },
    }


def failures(client: Client, urls: list[tuple[str, dict[str, str]]]) -> list[str]:
    """The requests that the server could not stand."""
    client.raise_request_exception = False
    asked = ((url, query, client.get(url, query).status_code) for url, query in urls)
    return [f"{status} {url} {ascii(query)[:60]}" for url, query, status in asked if status >= 500]


def traceless(rows: dict[str, int]) -> dict[str, int]:
    """That a chart was read is noted."""
    return {label: number for label, number in rows.items() if label != "accounts.AuditEvent"}


@pytest.mark.parametrize(("who", "page", "names"), GET_PAGES)
def test_sec_23_junk_in_a_query_never_fails_a_page(
    who: str | None, page: str, names: list[str], client: Client, people: dict[str, Any]
) -> None:
    url = page.format(**people["rows"])
    path, _, fixed = url.partition("?")
    given = dict(pair.split("=") for pair in fixed.split("&") if pair)
    if who:
        client.force_login(people["users"][who])
    before = traceless(all_rows())

    found = failures(client, [(path, given | {name: junk}) for name, junk in product(names, JUNK)])

    assert found == []
    assert traceless(all_rows()) == before


# The lists share most of their code, so a few kinds of junk do.
SHORT = ["abc", "-1", str(2**63), "a\0b", "2027-02-30", "9999-12-31"]


def parameters(page: Any) -> list[str]:
    """What an administrator's list reads from its address."""
    names = ["q", "p", "o", "_to_field", "id", "nonsense"]
    for entry in page.list_filter:
        if isinstance(entry, str):
            names += [f"{entry}__exact", f"{entry}__id__exact", f"{entry}__gte"]
        elif isinstance(entry, tuple):
            names.append(f"{entry[0]}__isempty")
        else:
            names.append(entry.parameter_name)
    if page.date_hierarchy:
        names += [f"{page.date_hierarchy}__{part}" for part in ("year", "month", "day")]
    return names


# Django warns of a day that someone typed where an instant stands, and compares it all the same.
@pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime:RuntimeWarning")
@pytest.mark.parametrize("model", list(back_office.site._registry), ids=lambda model: model.__name__)
def test_sec_23_junk_never_fails_a_list_of_the_back_office(
    model: Any, client: Client, people: dict[str, Any]
) -> None:
    options, page = model._meta, back_office.site._registry[model]
    url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    client.force_login(people["users"]["admin"])
    before = all_rows()

    found = failures(client, [(url, {name: junk}) for name, junk in product(parameters(page), SHORT)])

    assert found == []
    assert all_rows() == before


@pytest.mark.parametrize("model", list(back_office.site._registry), ids=lambda model: model.__name__)
def test_sec_23_junk_for_a_row_leads_out_of_its_pages(
    model: Any, client: Client, people: dict[str, Any]
) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    client.force_login(people["users"]["admin"])
    pages, keys = ("change", "history", "delete"), [junk for junk in JUNK if junk and len(junk) < 100]

    found = failures(client, [(reverse(f"{name}_{page}", args=[key]), {}) for page in pages for key in keys])

    assert found == []


SITE_ROWS = ["/doctors/", "/appointments/", "/appointments/book/", "/records/", "/patients/", "/encounters/"]


@pytest.mark.parametrize("start", [*SITE_ROWS, "/accounts/invite/", "/accounts/confirm-email/"])
def test_sec_23_junk_for_a_row_is_not_found(start: str, client: Client, people: dict[str, Any]) -> None:
    client.force_login(people["users"]["rao"])
    keys = [quote(junk, safe="") for junk in JUNK if junk and "/" not in junk]

    statuses = {client.get(f"{start}{key}/").status_code for key in keys}

    assert statuses <= ({403, 404} if start in SITE_ROWS else {200, 404, 410})
