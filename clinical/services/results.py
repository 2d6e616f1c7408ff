"""Results of tests: ordered, reported, corrected, reviewed, and released to the patient as their policy says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.errors import StaleVersion
from accounts.models import Patient, User
from accounts.rules import demand
from clinical.errors import (
    AlreadyReleased,
    AlreadyReviewed,
    HasResult,
    NeverReleased,
    NoFinalResult,
    NothingChanged,
    ReasonMissing,
    ReplacedResult,
)
from clinical.models import Encounter, LabResult
from clinical.models.lab import REPORTED
from clinical.services.drafts import check
from clinical.services.findings import Finding, differences, require_finding, require_range
from clinical.services.rows import add_once, hold_patient, identity, require_open_visit
from clinical.services.telling import tell_readers
from scheduling.services.calendar import patiently

ADD, CHANGE = "clinical.add_labresult", "clinical.change_labresult"
Status, Release = LabResult.Status, LabResult.Release
WITHOUT_RESULT = [Status.ORDERED, Status.PRELIMINARY]


@patiently
def order_test(
    *,
    patient: Patient,
    display: str,
    actor: User,
    now: datetime,
    encounter: Encounter | None = None,
    key: UUID | None = None,
    **facts: Any,
) -> LabResult:
    """Want a test; `facts` are its code, unit, range and release. One `key` is one order."""
    demand(actor, ADD, patient)
    with acting(actor, reason="test ordered"):
        patient = hold_patient(patient)
        return add_once(
            LabResult,
            patient,
            actor=actor,
            now=now,
            key=key,
            encounter=encounter,
            judge=require_order,
            display=display.strip(),
            taken_at=now,
            **facts,
        )


def require_order(row: LabResult) -> None:
    require_open_visit(row)
    require_range(row)


@patiently
def report_result(
    *,
    result: LabResult,
    version: int,
    finding: Finding,
    is_final: bool,
    actor: User,
    now: datetime,
    **release: Any,
) -> LabResult:
    """Enter what was found. A final result stays; `release` may change its policy and days until then."""
    demand(actor, CHANGE, result)
    with held(result, version, actor, "result reported", finding) as result:
        if result.status not in WITHOUT_RESULT:
            raise HasResult
        for name, value in {**finding.values(), **release}.items():
            setattr(result, name, value)
        result.status = Status.FINAL if is_final else Status.PRELIMINARY
        require_finding(result, now)
        if is_final:
            result.reported_at, result.released_at = now, released_at(result, now)
        check(result)
        result.save()
        tell_of(result, now)
    return result


@patiently
def correct_result(
    *,
    result: LabResult,
    version: int,
    finding: Finding,
    reason: str,
    actor: User,
    now: datetime,
    key: UUID | None = None,
) -> LabResult:
    """Another row takes the place of the final one, which keeps its value; one `key` is one correction.

    What the patient could read already is read corrected at once; it waits to be reviewed anew.
    """
    demand(actor, CHANGE, result)
    if not reason.strip():
        raise ReasonMissing
    with acting(actor, reason=reason.strip()):
        patient = hold_patient(result.patient)
        known = LabResult.objects.filter(public_id=identity(patient, actor, key)).first()
        if known:
            return known
        old = current(result, version, finding)
        if all(getattr(old, name) == value for name, value in finding.values().items()):
            raise NothingChanged(_("Nothing differs from the result as it stands."))
        raise_version(old)
        new = add_once(
            LabResult, patient, actor=actor, now=now, key=key, **corrected(old, finding, reason, now)
        )
        tell_of(new, now)
    return new


def corrected(old: LabResult, finding: Finding, reason: str, now: datetime) -> dict[str, Any]:
    kept = ("encounter", "system", "code", "display", "release_policy", "release_days")
    return {name: getattr(old, name) for name in kept} | {
        **finding.values(),
        "judge": lambda row: require_finding(row, now),
        "status": Status.CORRECTED,
        "status_reason": reason.strip()[:200],
        "reported_at": now,
        "released_at": max(old.released_at, now) if old.released_at else None,
        "corrects": old,
    }


@patiently
def review_result(*, result: LabResult, version: int, actor: User, now: datetime) -> LabResult:
    """Note that it was seen; releases it when that is what it waited for."""
    demand(actor, CHANGE, result)
    with acting(actor, reason="result reviewed"):
        result = current(result, version)
        if result.reviewed_at:
            raise AlreadyReviewed
        result.reviewed_by, result.reviewed_at = actor, now
        if result.release_policy == Release.AFTER_REVIEW and result.released_at is None:
            result.released_at = now
            tell_of(result, now)
        raise_version(result, "reviewed_by", "reviewed_at", "released_at")
    return result


@patiently
def release_result(*, result: LabResult, version: int, actor: User, now: datetime) -> LabResult:
    """Let the patient read it now, before it is reviewed."""
    demand(actor, CHANGE, result)
    with acting(actor, reason="result released"):
        result = current(result, version)
        if result.release_policy == Release.NEVER:
            raise NeverReleased
        if result.released_at:
            raise AlreadyReleased(already(result.released_at, now))
        result.released_at = now
        raise_version(result, "released_at")
        tell_of(result, now)
    return result


@patiently
def cancel_test(*, result: LabResult, version: int, reason: str, actor: User, now: datetime) -> LabResult:
    """The test is no longer wanted; only while nothing was reported."""
    demand(actor, CHANGE, result)
    if not reason.strip():
        raise ReasonMissing
    with held(result, version, actor, reason.strip()) as result:
        if result.status != Status.ORDERED:
            raise HasResult
        result.status, result.status_reason = Status.CANCELLED, reason.strip()[:200]
        result.save()
    return result


@contextmanager
def held(
    result: LabResult, version: int, actor: User, reason: str, finding: Finding | None = None
) -> Iterator[LabResult]:
    """The row as it stands, locked, its version raised by one; StaleVersion when another one was seen."""
    with acting(actor, reason=reason):
        row = locked(result, version, finding)
        row.version += 1
        yield row


def locked(result: LabResult, version: int, finding: Finding | None = None) -> LabResult:
    row = LabResult.objects.select_for_update(of=("self",)).get(pk=result.pk)
    if row.version != version:
        # Nothing is reviewed or released unseen: only what was typed may be sent once more.
        raise StaleVersion(rows=differences(row, finding), version=row.version if finding else None)
    return row


def current(result: LabResult, version: int, finding: Finding | None = None) -> LabResult:
    """A final result that nothing has replaced."""
    row = locked(result, version, finding)
    if row.status not in REPORTED:
        raise NoFinalResult
    if LabResult.objects.filter(corrects=row).exists():
        raise ReplacedResult
    return row


def raise_version(row: LabResult, *columns: str) -> None:
    row.version += 1
    row.save(update_fields=["version", *columns])


def released_at(result: LabResult, now: datetime) -> datetime | None:
    """When the patient may read a result that is final now; none while somebody has still to say so."""
    if result.release_policy == Release.AT_ONCE:
        return now
    if result.release_policy == Release.AFTER_DAYS:
        return now + timedelta(days=result.release_days or 0)
    return None


def already(at: datetime, now: datetime) -> str:
    if at <= now:
        return str(AlreadyReleased.message)
    day = date_format(timezone.localtime(at), "j F Y")
    return _("The patient can read this from %(day)s on; nobody need do anything.") % {"day": day}


def tell_of(result: LabResult, now: datetime) -> None:
    tell_readers("result-ready", result, patient_id=result.patient_id, at=result.released_at, now=now)
