"""What a test found: how it is read, whether it makes sense, how it differs from what is stored."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinical.errors import FlagDoesNotFit, ValueMissing, WrongTime
from clinical.models import LabResult

Flag = LabResult.Flag
# What a chosen flag may say of a value that the range judges so, or does not judge.
FITS: dict[str, set[str]] = {
    Flag.CRITICALLY_LOW: {Flag.LOW, ""},
    Flag.CRITICALLY_HIGH: {Flag.HIGH, ""},
    Flag.NORMAL: {Flag.NORMAL, ""},
    Flag.ABNORMAL: {Flag.LOW, Flag.HIGH, ""},
}


@dataclass(frozen=True)
class Finding:
    """What a test found. Without a `flag` the range says how the value is to be read."""

    taken_at: datetime
    value_quantity: Decimal | None = None
    value_text: str = ""
    unit: str = ""
    range_low: Decimal | None = None
    range_high: Decimal | None = None
    flag: str = ""

    def values(self) -> dict[str, Any]:
        return asdict(self) | {
            "flag": self.flag or in_range(self.value_quantity, self.range_low, self.range_high)
        }


def in_range(value: Decimal | None, low: Decimal | None, high: Decimal | None) -> str:
    """Both ends of the range are normal; nothing is said without a value, or without a range."""
    if value is None or (low is None and high is None):
        return ""
    if low is not None and value < low:
        return Flag.LOW
    return Flag.HIGH if high is not None and value > high else Flag.NORMAL


def require_range(row: LabResult) -> None:
    if row.range_low is not None and row.range_high is not None and row.range_low > row.range_high:
        raise ValueMissing(_("The range must begin with its lower end."))


def require_finding(row: LabResult, now: datetime) -> None:
    if row.value_quantity is None and not row.value_text:
        raise ValueMissing
    require_range(row)
    if row.taken_at > now:
        raise WrongTime(_("This time has not come yet."))
    born = row.patient.birth_date
    if born and timezone.localdate(row.taken_at) < born:
        raise WrongTime(_("This time lies before the patient was born."))
    judged = in_range(row.value_quantity, row.range_low, row.range_high)
    if judged not in FITS.get(row.flag, {judged}):
        raise FlagDoesNotFit


def differences(row: LabResult, finding: Finding | None) -> list[tuple[Any, str, str]]:
    """What was typed beside what is stored, where they differ."""
    if finding is None:
        return []
    pairs = [(name, mine, getattr(row, name)) for name, mine in finding.values().items()]
    return [
        (row._meta.get_field(name).verbose_name, in_words(mine), in_words(theirs))  # type: ignore[union-attr]
        for name, mine, theirs in pairs
        if mine != theirs
    ]


def in_words(value: Any) -> str:
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j F Y, H:i")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(Flag(value).label) if value in Flag.values else str(value or "")
