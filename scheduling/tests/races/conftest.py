"""A doctor, a crowd, and a database that every process sees."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import Doctor, Patient, User
from accounts.roles import Role
from accounts.tests.factories import PatientFactory, UserFactory
from accounts.tests.processes import copied
from scheduling.models import AppointmentType
from scheduling.tests.factories import AppointmentTypeFactory, open_every_day
from scheduling.tests.races.compete import PROCESSES, Arena


@pytest.fixture
def arena(transactional_db: None, tmp_path: Path) -> Iterator[Arena]:
    """Moves a test's database to where other processes see it too.

    SQLite's lives in the memory of one process: its copy in a file takes its place until the test is over.
    """
    settings = connection.settings_dict
    name, in_memory = settings["NAME"], connection.vendor == "sqlite"

    def open_doors() -> None:
        if in_memory:
            settings["NAME"] = str(copied(tmp_path / "race.sqlite3"))

    yield open_doors
    settings["NAME"] = name


@pytest.fixture
def doctor(dr_rao: Doctor) -> Doctor:
    open_every_day(dr_rao)
    return dr_rao


@pytest.fixture
def kind(transactional_db: None) -> AppointmentType:
    """Forty minutes every ten: four starts in a row all overlap each other."""
    return AppointmentTypeFactory(minutes=40, step_minutes=10)


@pytest.fixture
def crowd(transactional_db: None) -> list[Patient]:
    return [PatientFactory() for _ in range(PROCESSES)]


@pytest.fixture
def desk(transactional_db: None) -> User:
    return UserFactory(role=Role.RECEPTION)
