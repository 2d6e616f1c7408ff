"""The fixed cast of every test, and the one place where the database rules step aside for a flush."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client, override_settings
from django.utils import timezone

from accounts.inventory import without_rules
from accounts.models import Department, Doctor, Location, Patient, PatientAccess, User
from accounts.roles import Role
from accounts.tests.factories import (
    DepartmentFactory,
    DoctorFactory,
    LocationFactory,
    PatientFactory,
    UserFactory,
)
from accounts.tests.pages import enter


@pytest.fixture(autouse=True, scope="session")
def _flush_passes_the_rules() -> Iterator[None]:
    """A test with real transactions empties its tables, which append-only tables would refuse."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_rules(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with without_rules(self.connection):
            flush(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_without_rules)
        yield


@pytest.fixture(autouse=True, scope="session")
def _files_are_thrown_away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("media"))):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """PostgreSQL drops no database that somebody is in: the last session of a browser's request may linger."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def now() -> datetime:
    """A Monday morning in winter, when London shows UTC."""
    return datetime(2027, 1, 11, 8, 0, tzinfo=UTC)


@pytest.fixture
def cardiology(db: Any) -> Department:
    return DepartmentFactory(name="Cardiology")


@pytest.fixture
def dermatology(db: Any) -> Department:
    return DepartmentFactory(name="Dermatology")


@pytest.fixture
def clinic(db: Any) -> Location:
    return LocationFactory(name="Main building", time_zone="Europe/London")


@pytest.fixture
def dr_rao(cardiology: Department, clinic: Location) -> Doctor:
    user = UserFactory(email="rao@example.org", role=Role.DOCTOR, given_name="Asha", family_name="Rao")
    return DoctorFactory(
        user=user, given_name="Asha", family_name="Rao", department=cardiology, location=clinic
    )


@pytest.fixture
def dr_lee(dermatology: Department, clinic: Location) -> Doctor:
    """The other doctor, who must be refused."""
    user = UserFactory(email="lee@example.org", role=Role.DOCTOR, given_name="Min", family_name="Lee")
    return DoctorFactory(
        user=user, given_name="Min", family_name="Lee", department=dermatology, location=clinic
    )


def patient_with_account(email: str, **fields: Any) -> Patient:
    patient = PatientFactory(**fields)
    user = UserFactory(email=email, role=Role.PATIENT, given_name=patient.given_name)
    PatientAccess.objects.create(
        patient=patient,
        user=user,
        kind=PatientAccess.Kind.SELF,
        starts_at=timezone.now() - timedelta(days=3650),
    )
    patient.user = user
    return patient


@pytest.fixture
def ana(db: Any) -> Patient:
    """A patient; her account is `ana.user`."""
    return patient_with_account("ana@example.org", given_name="Ana", family_name="Silva")


@pytest.fixture
def ben(db: Any) -> Patient:
    """Another patient, whose rows nobody of the cast's may see by way of Ana."""
    return patient_with_account("ben@example.org", given_name="Ben", family_name="Okafor")


@pytest.fixture
def ana_user(ana: Patient) -> User:
    return ana.user


@pytest.fixture
def ben_user(ben: Patient) -> User:
    return ben.user


@pytest.fixture
def reception(db: Any) -> User:
    return UserFactory(email="reception@example.org", role=Role.RECEPTION)


@pytest.fixture
def nurse(cardiology: Department) -> User:
    return UserFactory(email="nurse@example.org", role=Role.NURSE, department=cardiology)


@pytest.fixture
def privacy(db: Any) -> User:
    return UserFactory(email="privacy@example.org", role=Role.PRIVACY)


@pytest.fixture
def admin(db: Any) -> User:
    return UserFactory(email="admin@example.org", role=Role.ADMIN)


@pytest.fixture
def sign_in(client: Client) -> Callable[[User], Client]:
    """Sign the account in on the test client, as if a moment ago, and return the client."""
    return lambda user: enter(client, user)


@pytest.fixture
def frozen(now: datetime) -> Iterator[Any]:
    """The clock stands at the cast's Monday morning; what this yields moves it on."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sample_data() -> Path:
    """The folder of real exports."""
    folder = os.environ.get("HOSPITAL_SAMPLE_DATA")
    if not folder:
        pytest.skip("HOSPITAL_SAMPLE_DATA names no folder with sample data")
    return Path(folder)
