"""The tables of the sandbox, for the tests beside this file only."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.tests.database_rules.sandbox import Entry, Folder, Mark, Paper, Person, Sheet
from accounts.tests.throwaway import tables


@pytest.fixture(scope="module", autouse=True)
def _tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), tables(Person, Folder, Sheet, Mark, Paper, Entry):
        yield


@pytest.fixture
def person(db: None) -> Person:
    return Person.objects.create(name="Ana", secret="abc")


@pytest.fixture
def sheet(person: Person) -> Sheet:
    return Sheet.objects.create(folder=Folder.objects.create(person=person), text="a")


@pytest.fixture
def paper(db: None) -> Paper:
    return Paper.objects.create(status="final", text="a")
