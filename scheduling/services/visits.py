"""The day of the visit: arrived, in consultation, done, or not attended."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import demand
from scheduling.errors import NotYet, WrongState
from scheduling.models import Appointment, Status
from scheduling.services.calendar import change_state, patiently, visit_write, wrong_state_words
from scheduling.services.holds import expire_lapsed_of

ARRIVE = "scheduling.arrive_appointment"
START = "scheduling.start_appointment"
FINISH = "scheduling.finish_appointment"
NOSHOW = "scheduling.noshow_appointment"

# What one step back means: the state before, whose permission it takes, and the time that is taken back.
STEPS_BACK = {
    Status.ARRIVED: (Status.BOOKED, ARRIVE, "arrived_at"),
    Status.CHECKED_IN: (Status.ARRIVED, START, "started_at"),
}


@patiently
def arrive(*, appointment: Appointment, actor: User, now: datetime) -> Appointment:
    """The patient is in the waiting room; after a no-show only on the same local day."""
    with visit_write(appointment, actor=actor) as visit:
        demand(actor, ARRIVE, visit)
        if visit.status == Status.CHECKED_IN:
            raise WrongState(wrong_state_words(visit))
        if visit.status == Status.NOSHOW and not is_same_day(visit, now):
            raise WrongState(_("The visit was on another day. Book a new one."))
        expire_lapsed_of(visit.doctor, visit.patient, now)
        change_state(visit, Status.ARRIVED, actor=actor, now=now, arrived_at=now)
    return visit


@patiently
def start(*, appointment: Appointment, actor: User, now: datetime) -> Appointment:
    """The patient is with the doctor."""
    with visit_write(appointment, actor=actor) as visit:
        demand(actor, START, visit)
        change_state(visit, Status.CHECKED_IN, actor=actor, now=now, started_at=now)
    return visit


@patiently
def finish(*, appointment: Appointment, actor: User, now: datetime) -> Appointment:
    with visit_write(appointment, actor=actor) as visit:
        demand(actor, FINISH, visit)
        change_state(visit, Status.FULFILLED, actor=actor, now=now, finished_at=now)
    return visit


@patiently
def no_show(*, appointment: Appointment, actor: User, now: datetime) -> Appointment:
    """Always a person's word, never a timer's, and only once the visit should have started."""
    with visit_write(appointment, actor=actor) as visit:
        demand(actor, NOSHOW, visit)
        if visit.status == Status.BOOKED and now < visit.start_at:
            raise NotYet
        change_state(visit, Status.NOSHOW, actor=actor, now=now)
    return visit


@patiently
def undo(*, appointment: Appointment, actor: User, now: datetime) -> Appointment:
    """One step back: from waiting to booked, from the consultation to waiting."""
    with visit_write(appointment, actor=actor) as visit:
        step_back(visit, actor, now)
    return visit


@patiently
def undo_arrival(*, appointment: Appointment, actor: User, now: datetime) -> Appointment:
    """From waiting to booked, and no further: a consultation has its own way back, with its record."""
    with visit_write(appointment, actor=actor) as visit:
        if visit.status != Status.ARRIVED:
            raise WrongState(wrong_state_words(visit))
        step_back(visit, actor, now)
    return visit


def step_back(visit: Appointment, actor: User, now: datetime) -> None:
    if visit.status not in STEPS_BACK:
        raise WrongState(wrong_state_words(visit))
    before, permission, moment = STEPS_BACK[Status(visit.status)]
    demand(actor, permission, visit)
    change_state(visit, before, actor=actor, now=now, reason=_("Undone"), **{moment: None})


def is_same_day(visit: Appointment, now: datetime) -> bool:
    zone = ZoneInfo(visit.location.time_zone)
    return now.astimezone(zone).date() == visit.start_at.astimezone(zone).date()
