"""Vaccinations: given here, given elsewhere, or not given and why; and which are due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.errors import NotAllowed
from accounts.models import Patient, User
from accounts.roles import Reach, reach
from accounts.rules import demand
from clinical.errors import DayDoesNotFit, EncounterNotOpen, ReasonMissing, VaccineExpired
from clinical.models import Encounter, Immunization
from clinical.rules import open_to
from clinical.services.encounters import lock
from clinical.services.listed import in_words, require_past
from clinical.services.rows import add_once, hold_patient
from clinical.vaccines import against
from scheduling.services.calendar import patiently

PERMISSION = "clinical.add_immunization"
NOT_DONE = Immunization.Status.NOT_DONE
# What only a vaccine that was given has.
OF_A_DOSE = ["dose_number", "lot_number", "expires_on", "site", "route"]


def visits_to_vaccinate_in(patient: Patient, actor: User) -> QuerySet[Encounter]:
    """Open visits of the patient: a doctor's own, those of a nurse's department."""
    return open_to(actor, PERMISSION).filter(patient=patient).select_related("doctor")


def may_tell_of_elsewhere(actor: User) -> bool:
    """Who enters what a vaccination card says: doctors, of their own patients."""
    return reach(actor, PERMISSION) is Reach.MINE


@patiently
def add_immunization(
    *,
    patient: Patient,
    encounter: Encounter | None,
    display: str,
    happened_at: datetime,
    actor: User,
    now: datetime,
    key: UUID | None = None,
    **facts: Any,
) -> Immunization:
    """Note a vaccination in an open visit, or without one as told by the patient's papers; one `key` is one row.

    Raises VaccineExpired for a vaccine that was past its day, EncounterNotOpen outside an open visit.
    """
    demand(actor, PERMISSION, patient)
    with acting(actor, reason="immunization recorded"):
        patient = hold_patient(patient)
        encounter = require_open(encounter, actor)
        row = Immunization(patient=patient, encounter=encounter, happened_at=happened_at, **facts)
        require_sense(row, now)
        return add_once(
            Immunization,
            patient,
            actor=actor,
            now=now,
            key=key,
            encounter=encounter,
            display=display.strip(),
            happened_at=happened_at,
            **facts,
        )


def require_open(encounter: Encounter | None, actor: User) -> Encounter | None:
    if encounter is None:
        if not may_tell_of_elsewhere(actor):
            raise NotAllowed(_("Only doctors enter vaccinations of other places."))
        return None
    encounter = lock(encounter)
    if not encounter.is_open:
        raise EncounterNotOpen
    demand(actor, PERMISSION, encounter)
    return encounter


def require_sense(row: Immunization, now: datetime) -> None:
    day = timezone.localdate(row.happened_at)
    require_past(day, row.patient, now)
    if row.happened_at > now:
        raise DayDoesNotFit(_("This time has not come yet."))
    if row.encounter and day < timezone.localdate(row.encounter.started_at):
        raise DayDoesNotFit(_("This day lies before the visit began."))
    if row.next_due_on and row.next_due_on <= day:
        raise DayDoesNotFit(_("The next dose must be due on a later day."))
    require_given_or_why_not(row, day)


def require_given_or_why_not(row: Immunization, day: date) -> None:
    if row.status == NOT_DONE:
        if not row.not_done_reason:
            raise ReasonMissing(_("Say why it was not given."))
        if any(getattr(row, name) for name in OF_A_DOSE):
            raise DayDoesNotFit(_("What was not given has no dose, lot, expiry date, site or route."))
    elif row.expires_on and row.expires_on < day:
        words = _("This vaccine had expired on %(day)s. Check the expiry date, or do not give it.")
        raise VaccineExpired(words % {"day": in_words(row.expires_on)})


@dataclass(frozen=True)
class Due:
    """A dose that is expected: which vaccine, on which day, and how that stands today."""

    row: Immunization
    on: date
    is_overdue: bool

    def __str__(self) -> str:
        day = {"day": date_format(self.on, "j F Y")}
        return _("due since %(day)s") % day if self.is_overdue else _("due on %(day)s") % day


def due_list(rows: Iterable[Immunization], today: date) -> list[Due]:
    """Of each vaccine the newest day that no later dose has met, the longest overdue first; asks no query.

    A combined vaccine is met once everything that it is against was given later.
    """
    told = sorted((row for row in rows if not row.is_in_error), key=lambda row: (row.happened_at, row.pk))
    open_days: list[tuple[frozenset[str], Immunization]] = []
    for row in told:
        covers = against(row.code, row.display)
        was_given = row.status == Immunization.Status.COMPLETED
        if was_given or row.next_due_on:
            left = [(missing - covers, earlier) for missing, earlier in open_days]
            open_days = [(missing, earlier) for missing, earlier in left if missing]
        if row.next_due_on:
            open_days.append((covers, row))
    due = [
        Due(row, row.next_due_on, row.next_due_on < today) for _missing, row in open_days if row.next_due_on
    ]
    return sorted(due, key=lambda one: (one.on, one.row.display))
