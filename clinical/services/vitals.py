"""Take vital signs: one round of measurements, saved whole or not at all."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.models import User
from accounts.rules import demand
from clinical.errors import (
    FinishedEncounter,
    ImpossibleValue,
    NeedsConfirmation,
    NothingMeasured,
    SavedBefore,
    WrongTime,
)
from clinical.measures import Reading
from clinical.models import Encounter, VitalSign
from clinical.models.encounter import EncounterStatus
from clinical.rules import ADD_VITALS, OPEN_ONLY
from clinical.services.encounters import lock
from clinical.services.rows import add_once, hold_patient
from scheduling.services.calendar import patiently

BEFORE_THE_VISIT = timedelta(days=1)


@patiently
def take_vitals(
    *,
    encounter: Encounter,
    taken_at: datetime,
    values: Sequence[Reading],
    actor: User,
    now: datetime,
    confirmed: Collection[str] = (),
    position: str = "",
    key: UUID | None = None,
) -> list[VitalSign]:
    """Add all values to the open visit, stored in the measure's own unit; one `key` is one round.

    Raises ImpossibleValue, and NeedsConfirmation with the unusual values whose tokens are not in `confirmed`.
    """
    require_open(encounter, actor)
    demand(actor, ADD_VITALS, encounter)
    with acting(actor, reason="vital signs taken"):
        hold_patient(encounter.patient)
        encounter = lock(encounter)
        if not encounter.is_open:
            raise FinishedEncounter(OPEN_ONLY)
        judge(values, encounter, taken_at, confirmed, now)
        key = key or uuid4()
        return [keep(reading, encounter, taken_at, position, actor, now, key) for reading in values]


def require_open(encounter: Encounter, actor: User) -> None:
    """Who may see the visit is told that it is finished."""
    seen = Encounter.objects.visible_to(actor, ADD_VITALS).filter(pk=encounter.pk)
    if seen.exclude(status=EncounterStatus.IN_PROGRESS).exists():
        raise FinishedEncounter(OPEN_ONLY)


def judge(
    values: Sequence[Reading],
    encounter: Encounter,
    taken_at: datetime,
    confirmed: Collection[str],
    now: datetime,
) -> None:
    if not values:
        raise NothingMeasured
    require_time(encounter, taken_at, now)
    for reading in values:
        if words := reading.objection():
            raise ImpossibleValue(reading.code, words)
    unusual = [reading for reading in values if reading.is_unusual(encounter.patient, taken_at)]
    if any(reading.token not in confirmed for reading in unusual):
        raise NeedsConfirmation(unusual)


def require_time(encounter: Encounter, taken_at: datetime, now: datetime) -> None:
    born = encounter.patient.birth_date
    if taken_at > now:
        raise WrongTime(_("This time has not come yet."))
    if born and timezone.localdate(taken_at) < born:
        raise WrongTime(_("This time lies before the patient was born."))
    if taken_at < encounter.started_at - BEFORE_THE_VISIT:
        raise WrongTime(_("This time lies more than a day before the visit began."))


def keep(
    reading: Reading,
    encounter: Encounter,
    taken_at: datetime,
    position: str,
    actor: User,
    now: datetime,
    key: UUID,
) -> VitalSign:
    value, second = [*reading.numbers(), None][:2]
    row = add_once(
        VitalSign,
        encounter.patient,
        actor=actor,
        now=now,
        key=uuid5(key, reading.code),
        encounter=encounter,
        code=reading.code,
        value=value,
        second_value=second,
        unit=reading.measure.unit.code,
        position=position if second is not None else "",
        taken_at=taken_at,
        is_confirmed=reading.is_unusual(encounter.patient, taken_at),
    )
    if (row.value, row.second_value, row.taken_at) != (value, second, taken_at):
        raise SavedBefore
    return row
