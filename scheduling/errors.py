"""Why the calendar refuses, in words for people."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError


class SlotTaken(DomainError):
    message = _("Someone else has taken this time.")


class OutsideAvailability(DomainError):
    message = _("The doctor does not see patients at this time.")


class TooSoon(DomainError):
    message = _("This time is too soon to be booked.")


class TooFar(DomainError):
    message = _("This time is too far ahead to be booked.")


class PatientBusy(DomainError):
    message = _("The patient already has another visit at this time.")


class PolicyForbids(DomainError):
    message = _("This visit cannot be booked.")


class KeyReused(DomainError):
    """An idempotency key came back with another order."""

    message = _("This form has already been used to book another time. Start again.")


class WrongState(DomainError):
    message = _("The visit is no longer in the state that this needs.")


class NotCancellable(WrongState):
    message = _("This visit can no longer be cancelled.")


class NotYet(WrongState):
    message = _("A patient can only be marked as not attending once the visit should have started.")


class ReasonMissing(DomainError):
    message = _("Say why the visit is cancelled. The patient can read it.")


class HoldLapsed(DomainError):
    message = _("This time is no longer held for you.")


class OverrideUnexplained(DomainError):
    message = _("Say why this visit may go beyond the rules. It stays in the visit's history.")


class NotMovable(WrongState):
    message = _("This visit can no longer be moved.")


class VisitsChanged(DomainError):
    """While leave was entered, visits came, went or moved: what was decided no longer fits."""

    message = _("Visits have changed since this page was opened. Look through them again.")


class LeaveConflict(DomainError):
    message = _("Visits are booked in this time. Decide first what becomes of them.")


class InTwoPlaces(DomainError):
    message = _("These hours overlap with hours at another location. A doctor is in one place at a time.")
