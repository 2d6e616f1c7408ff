"""The fixed cast of every test, and what each test leaves behind: nothing."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client, TransactionTestCase, override_settings
from django.utils import timezone

from accounts.models import Department, Doctor, Location, Patient, PatientAccess, User
from accounts.roles import Role
from accounts.tests.emptying import empty
from accounts.tests.factories import (
    DepartmentFactory,
    DoctorFactory,
    LocationFactory,
    PatientFactory,
    UserFactory,
)
from accounts.tests.pages import enter

REACHES_A_DATABASE = {"db", "transactional_db", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out what another run has: tests that reach no database, and looks at pages",
    )


def pytest_report_header(config: pytest.Config) -> list[str]:
    return ["another run has what reaches no database, and looks at pages"] * config.getoption(
        "--database-only"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database-only"):
        config.hook.pytest_deselected(items=[item for item in items if not may_differ(item)])
        items[:] = [item for item in items if may_differ(item)]


def may_differ(item: pytest.Item) -> bool:
    """On another database: a test that does not say that it reaches one is refused the connection by the plugin."""
    names = set(getattr(item, "fixturenames", ()))
    reaches_one = bool(names & REACHES_A_DATABASE) or item.get_closest_marker("django_db") is not None
    return reaches_one and item.get_closest_marker("looks") is None


@pytest.fixture(autouse=True, scope="session")
def _real_transactions_leave_nothing() -> Iterator[None]:
    """Django would truncate every table and make what its migrations left anew: a second for each such test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty(connection))
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
