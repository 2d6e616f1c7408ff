"""The time that is kept while somebody completes the booking: five minutes more, or let go."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from scheduling.models import Appointment, Status
from scheduling.services.holds import MOST_EXTENSIONS, extend_hold, is_over, release_hold
from scheduling.services.orders import BOOK, Order
from scheduling.states import UPCOMING
from scheduling.templatetags.visits import clock_at
from scheduling.views.booking import check_url
from scheduling.views.doctors import booking_url
from scheduling.views.steps import STATUSES, StepPage


@dataclass(frozen=True)
class Kept:
    """What the check page says of the time that was kept; no `until` means that it no longer is."""

    visit: Appointment
    until: str
    seconds: int
    may_extend: bool


def kept(order: Order, zone: str) -> Kept | None:
    """The newest hold that the actor made for exactly this order; None when there was none."""
    held = Appointment.objects.filter(booked_by=order.actor, patient=order.patient.pk, doctor=order.doctor.pk)
    held = held.filter(type=order.type.pk, start_at=order.start, status__in=[Status.HELD, Status.EXPIRED])
    visit = held.order_by("-pk").first()
    if visit is None:
        return None
    if visit.status != Status.HELD or is_over(visit, order.now):
        return Kept(visit, "", 0, may_extend=False)
    left = int((visit.hold_expires_at - order.now).total_seconds())
    return Kept(visit, clock_at(visit.hold_expires_at, zone), left, visit.hold_extensions < MOST_EXTENSIONS)


class HoldPage(StepPage):
    """A button of the check page; what it cannot do it says in words."""

    permission = BOOK
    service: Callable[..., Appointment]

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        if visit.status in UPCOMING:
            return redirect("scheduling:appointment-booked", visit.public_id)
        try:
            self.service(appointment=visit, actor=request.user, now=timezone.now())
        except DomainError as error:
            return self.refuse_hold(visit, error)
        return self.done(visit)

    def refuse_hold(self, visit: Appointment, error: DomainError) -> HttpResponse:
        context = {
            "words": str(error),
            "back_url": check_url(visit.doctor, visit.type, visit.start_at),
            "back_label": _("See whether the time is still free"),
        }
        status = STATUSES.get(type(error), 409)
        return render(self.request, "scheduling/refused.html", context, status=status)

    def done(self, visit: Appointment) -> HttpResponse:
        raise NotImplementedError


class ExtendHold(HoldPage):
    service = staticmethod(extend_hold)

    def done(self, visit: Appointment) -> HttpResponse:
        return redirect(check_url(visit.doctor, visit.type, visit.start_at))


class ReleaseHold(HoldPage):
    service = staticmethod(release_hold)

    def done(self, visit: Appointment) -> HttpResponse:
        messages.success(self.request, _("We no longer keep this time for you. Nothing was booked."))
        return redirect(booking_url(visit.doctor, type=visit.type.public_id))
