"""Every write to the calendar: one transaction, the doctor's row as the lock, one event for each change."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.errors import Busy, DomainError, StaleVersion
from accounts.models import Doctor, Patient, User
from scheduling.constraints import violated_constraint
from scheduling.errors import KeyReused, PatientBusy, SlotTaken, WrongState
from scheduling.models import Appointment, AppointmentEvent
from scheduling.states import may_become

P = ParamSpec("P")
R = TypeVar("R")

RETRIES = 2
DEADLOCK = {"40P01", "40001"}
LOCK_TIMEOUT = {"55P03", "57014"}
REFUSALS: dict[str | None, type[DomainError]] = {
    "a_doctor_is_in_one_visit": SlotTaken,
    "a_patient_is_in_one_place": PatientBusy,
    "an_order_to_book_counts_once": KeyReused,
}


@contextmanager
def calendars_write(
    doctors: Iterable[Doctor], patients: Iterable[Patient], *, actor: User | None, reason: str = ""
) -> Iterator[tuple[dict[int, Doctor], dict[int, Patient]]]:
    """Lock all the doctors, then all the patients, each in the order of their keys, and hand them out by key.

    One order everywhere, so that no two writes wait for each other. The weak lock lets other tables go on
    pointing at the rows; on SQLite the beginning of the transaction is the lock.
    """
    with acting(actor, reason), refused_in_words():
        yield locked(Doctor, doctors), locked(Patient, patients)


def locked(model: Any, rows: Iterable[Any]) -> dict[int, Any]:
    keys = {row.pk for row in rows}
    found = model.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in found}


@contextmanager
def calendar_write(
    doctor: Doctor, patient: Patient, *, actor: User | None, reason: str = ""
) -> Iterator[tuple[Doctor, Patient]]:
    """Lock one doctor and one patient, and hand out both as they stand now."""
    with calendars_write([doctor], [patient], actor=actor, reason=reason) as (doctors, patients):
        yield doctors[doctor.pk], patients[patient.pk]


@contextmanager
def visit_write(
    appointment: Appointment, *, actor: User | None, reason: str = "", also: Iterable[Doctor] = ()
) -> Iterator[Appointment]:
    """Lock the doctor of the visit, those named also, and its patient, and hand out the visit as it stands now.

    Whoever moved the visit to another doctor a moment ago has made the lock the wrong one: StaleVersion.
    """
    doctors = [appointment.doctor, *also]
    with calendars_write(doctors, [appointment.patient], actor=actor, reason=reason) as (held, _patients):
        visit = Appointment.objects.with_people().get(pk=appointment.pk)
        if visit.doctor_id not in held:
            raise StaleVersion
        yield visit


@contextmanager
def refused_in_words() -> Iterator[None]:
    """Turn the database's own refusal into the domain error of that constraint."""
    try:
        yield
    except IntegrityError as error:
        refusal = REFUSALS.get(violated_constraint(error))
        if refusal is None:
            raise
        raise refusal from error


def patiently(write: Callable[P, R]) -> Callable[P, R]:
    """Try a write that met a deadlock again, at most twice; say Busy when no lock was to be had."""

    @wraps(write)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in reversed(range(RETRIES + 1)):
            try:
                return write(*args, **kwargs)
            except OperationalError as error:
                # Inside someone else's transaction the other locks stay held: trying again is in vain.
                if not is_deadlock(error) or not left or connection.in_atomic_block:
                    raise_busy(error)
        raise Busy

    return attempt


def is_deadlock(error: OperationalError) -> bool:
    return sqlstate(error) in DEADLOCK


def raise_busy(error: OperationalError) -> None:
    locked = sqlstate(error) in DEADLOCK | LOCK_TIMEOUT or "database is locked" in str(error)
    raise (Busy() if locked else error) from error


def sqlstate(error: OperationalError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def note(visit: Appointment, *, before: str, actor: User | None, now: datetime, **facts: Any) -> None:
    """The one event row of a change."""
    AppointmentEvent.objects.create(
        appointment=visit,
        happened_at=now,
        actor=actor,
        from_status=before,
        to_status=visit.status,
        **facts,
    )


def change_state(
    visit: Appointment,
    to: str,
    *,
    actor: User | None,
    now: datetime,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Compare and set by the table of states, and write the event, with further facts of its own."""
    before = visit.status
    if not may_become(before, to):
        raise WrongState(wrong_state_words(visit))
    row = Appointment.objects.filter(pk=visit.pk, status=before)
    if row.update(status=to, version=F("version") + 1, **changes) != 1:
        raise WrongState
    visit.refresh_from_db(fields=["status", "version", *changes])
    note(visit, before=before, actor=actor, now=now, reason=reason, **(facts or {}))


def wrong_state_words(visit: Appointment) -> Any:
    return _("This visit is already marked “%(state)s”, so this cannot be done. Nothing was changed.") % {
        "state": visit.get_status_display()
    }
