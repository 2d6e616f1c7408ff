"""Lists of any length: counted exactly while that is quick, and every page can be reached beyond."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.backoffice import paging
from accounts.models import Patient, User
from accounts.tests.factories import PatientFactory
from accounts.tests.office import url
from accounts.tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_list(client: Client, admin: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A list of 180 patients in a house that counts to a hundred."""
    monkeypatch.setattr(paging, "COUNTED", 100)
    PatientFactory.create_batch(180)
    client.force_login(admin)
    return client


def shown(answer: Any) -> list[int]:
    return [patient.pk for patient in answer.context["cl"].result_list]


def test_a_short_list_is_counted(client: Client, admin: User) -> None:
    PatientFactory.create_batch(60)
    client.force_login(admin)

    answer = client.get(url("patient"))

    assert answer.context["cl"].how_many == "60"
    assert "60 patients" in text_of(answer)


def test_a_long_list_says_more_than(long_list: Client) -> None:
    page = text_of(long_list.get(url("patient")))

    assert "more than 100 patients" in page
    assert "101 patients" not in page


def test_every_page_of_a_long_list_is_reached_by_its_links(long_list: Client) -> None:
    pages, address = [], "?p=1"
    while address:
        answer = long_list.get(url("patient") + address)
        pages.append(shown(answer))
        links = re.findall(r'href="\?([^"]*\bp=(\d+))"', answer.content.decode())
        following = [query for query, number in links if int(number) == len(pages) + 1]
        address = f"?{following[0]}" if following else ""

    found = [pk for page in pages for pk in page]
    assert [len(page) for page in pages] == [50, 50, 50, 30]
    assert sorted(found) == sorted(Patient.objects.values_list("pk", flat=True))


def test_a_page_that_is_not_there_leads_back_to_the_list(long_list: Client) -> None:
    assert long_list.get(url("patient") + "?p=9").url == url("patient") + "?e=1"


def test_the_database_stops_counting(long_list: Client) -> None:
    with CaptureQueriesContext(connection) as seen:
        long_list.get(url("patient"))

    counts = [query["sql"] for query in seen if "COUNT(" in query["sql"]]
    assert [sql for sql in counts if "LIMIT 101" not in sql] == []
    assert len(counts) == 1


def test_all_of_a_long_list_can_be_chosen(long_list: Client) -> None:
    assert "Choose all: more than 100 patients" in text_of(long_list.get(url("patient")))


def test_the_columns_of_patients_that_no_index_orders_are_not_sorted_by(long_list: Client) -> None:
    page = long_list.get(url("patient")).context["cl"]

    assert set(page.sortable_by) == {"full_name", "grouped_mrn", "birth_date"}
