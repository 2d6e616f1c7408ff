"""Measurements and results for tests, in the few words in which people speak of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Patient, User
from clinical.measures import BLOOD_PRESSURE, MEASURES, Reading
from clinical.measures.kinds import HEART_RATE, TEMPERATURE
from clinical.models import Encounter, LabResult, VitalSign
from clinical.services.findings import Finding
from clinical.services.results import correct_result, order_test, report_result
from clinical.services.vitals import take_vitals

PRESSURE = Reading(BLOOD_PRESSURE, Decimal(128), Decimal(82))
PULSE = Reading(HEART_RATE, Decimal(72))
FEVER = Reading(TEMPERATURE, Decimal("39.5"))
AT_ONCE, NEVER = {"release_policy": "at-once"}, {"release_policy": "never"}
AFTER_DAYS = {"release_policy": "after-days", "release_days": 3}


def took(
    encounter: Encounter, actor: User, now: datetime, *values: Reading, **changes: Any
) -> list[VitalSign]:
    """A round of measurements just now; pressure and pulse, unless told otherwise."""
    told = {"taken_at": now, "values": values or (PRESSURE, PULSE)} | changes
    return take_vitals(encounter=encounter, actor=actor, now=now, **told)


def loaded(patient: Patient, code: str, value: Any, at: datetime, **fields: Any) -> VitalSign:
    """A measurement put straight into the table, without a visit."""
    unit = MEASURES[code].unit.code
    return VitalSign(patient=patient, code=code, value=Decimal(value), unit=unit, taken_at=at, **fields)


def many(patient: Patient, code: str, count: int, last: datetime, **fields: Any) -> None:
    """One a day, back from the last; the values go up and down."""
    rows = [
        loaded(patient, code, 60 + number % 40, last - timedelta(days=number), **fields)
        for number in range(count)
    ]
    VitalSign.objects.bulk_create(rows)


def ordered(patient: Patient, actor: User, now: datetime, **facts: Any) -> LabResult:
    told = {
        "display": "Potassium",
        "unit": "mmol/L",
        "range_low": Decimal("3.5"),
        "range_high": Decimal("5.1"),
    }
    return order_test(patient=patient, actor=actor, now=now, **told | facts)


def found(now: datetime, value: str = "5.9", **changes: Any) -> Finding:
    told = {"unit": "mmol/L", "range_low": Decimal("3.5"), "range_high": Decimal("5.1")}
    return Finding(taken_at=now, value_quantity=Decimal(value), **told | changes)


def reported(patient: Patient, actor: User, now: datetime, value: str = "5.9", **facts: Any) -> LabResult:
    """Ordered and final at once."""
    result = ordered(patient, actor, now, **facts)
    return report_result(
        result=result, version=result.version, finding=found(now, value), is_final=True, actor=actor, now=now
    )


def step(service: Any, result: LabResult, actor: User, now: datetime, **told: Any) -> Any:
    """A service that is told the version as it stands."""
    result.refresh_from_db()
    return service(result=result, version=result.version, actor=actor, now=now, **told)


def fix(result: LabResult, actor: User, now: datetime, value: str = "4.9", **told: Any) -> LabResult:
    told = {"reason": "Mixed up", "finding": found(now, value)} | told
    return step(correct_result, result, actor, now, **told)


def seen_by(user: User) -> list[Decimal | None]:
    """The values that this account reads as a patient."""
    return [result.value_quantity for result in LabResult.objects.kept_for(user)]
