"""What the lists of allergies and problems share: nothing stands on them twice, and no change overwrites another."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.errors import StaleVersion
from accounts.models import Patient
from clinical.errors import AlreadyInError, DayDoesNotFit, ListedAlready, ListedBefore
from clinical.models import Allergy, Condition

Listed = TypeVar("Listed", Allergy, Condition)
ACTIVE, REFUTED = "active", "refuted"
# What to do about an entry that is over: make it active again, or record the same thing anew.
AGAIN, NEW = "again", "new"


def is_active(row: Allergy | Condition) -> bool:
    return row.clinical_status == ACTIVE and row.verification != REFUTED


def is_same(row: Allergy | Condition, other: Allergy | Condition) -> bool:
    """By the code where both have one, or by the words."""
    if row.code and (row.system, row.code) == (other.system, other.code):
        return True
    return in_letters(row.display) == in_letters(other.display)


def in_letters(words: str) -> str:
    return " ".join(words.casefold().split())


def twin_of(row: Listed) -> Listed | None:
    """The entry of the same thing: an active one, else the newest that is over; mistakes count for nothing."""
    others = type(row).objects.valid().filter(patient=row.patient).exclude(pk=row.pk)
    same = [other for other in others.order_by("-recorded_at", "-pk") if is_same(row, other)]
    return next((other for other in same if is_active(other)), same[0] if same else None)


def refuse_twin(row: Listed, choice: str = "") -> None:
    """Call it with the patient held. Raises ListedAlready, or ListedBefore while nobody has chosen."""
    twin = twin_of(row)
    if twin is None:
        return
    if is_active(twin):
        raise listed_already(twin)
    if choice != NEW:
        raise ListedBefore(twin)


def refuse_other_words(row: Listed, said: Mapping[str, Any]) -> None:
    """An entry that somebody else made active meanwhile stays as it is; the same order sent twice changes nothing."""
    if is_active(row) and any(getattr(row, name) != value for name, value in said.items()):
        raise listed_already(row)


def listed_already(row: Allergy | Condition) -> ListedAlready:
    words = _("“%(name)s” is on the list already. Change the entry that is there.")
    return ListedAlready(words % {"name": row.display})


def lock(row: Listed) -> Listed:
    """The row as it stands; a mistake does not change any more."""
    row = type(row).objects.select_for_update(of=("self",)).select_related("patient").get(pk=row.pk)
    if row.is_in_error:
        raise AlreadyInError
    return row


def change(row: Listed, version: int, values: Mapping[str, Any]) -> bool:
    """Set what differs, and say whether anything did; raises StaleVersion when somebody was faster."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    if differing and row.version != version:
        rows = [compared(row, name, value) for name, value in differing.items()]
        raise StaleVersion(rows=rows, version=row.version)
    for name, value in differing.items():
        setattr(row, name, value)
    row.version += bool(differing)
    return bool(differing)


def compared(row: Listed, name: str, mine: Any) -> tuple[str, str, str]:
    field = row._meta.get_field(name)
    choices: dict[Any, Any] = dict(field.flatchoices)  # type: ignore[union-attr]
    texts = [in_words(choices.get(value, value)) for value in (mine, getattr(row, name))]
    return (str(field.verbose_name), texts[0], texts[1])  # type: ignore[union-attr]


def in_words(value: Any) -> str:
    return date_format(value, "j F Y") if isinstance(value, date) else str(value or "")


def require_past(day: date | None, patient: Patient, now: datetime) -> None:
    """A day of the patient's life so far, or none."""
    if day is None:
        return
    if day > timezone.localdate(now):
        raise DayDoesNotFit(_("%(day)s has not come yet.") % {"day": in_words(day)})
    if patient.birth_date and day < patient.birth_date:
        raise DayDoesNotFit(_("%(day)s lies before the patient was born.") % {"day": in_words(day)})


def midday(day: date, now: datetime) -> datetime:
    """The instant that stands for a plain day: near midnight another clock would show its neighbour."""
    return (
        min(timezone.make_aware(datetime.combine(day, time(12))), now)
        if day <= timezone.localdate(now)
        else now
    )
