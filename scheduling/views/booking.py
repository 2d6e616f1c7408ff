"""Three short steps: choose a time, check, done. Here the first, and what the steps share."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.errors import Busy, DomainError, NotAllowed
from accounts.models import Doctor, Patient
from accounts.roles import Reach, reach
from accounts.views.pages import Page
from scheduling.errors import KeyReused, PatientBusy, PolicyForbids, SlotTaken
from scheduling.forms.booking import BookingForm, PickerForm
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import types_of
from scheduling.services.holds import hold
from scheduling.services.orders import BOOK, Order
from scheduling.views.choices import as_choices
from scheduling.views.doctors import booking_url, patient_of
from scheduling.views.picking import times_of
from scheduling.views.searching import Search

GONE = _("This time is no longer available")
OWN = _("You have already booked this time")
TITLES = {
    PatientBusy: _("You have another visit at this time"),
    Busy: _("This time could not be booked just now"),
}
STATUSES = {SlotTaken: 409, PatientBusy: 409, KeyReused: 409, NotAllowed: 403, Busy: 503}


class BookingPage(Page):
    """A step of the booking with one doctor; whoever books for everyone does so in the back office."""

    permission = BOOK

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if reach(request.user, self.permission) is Reach.ALL:
            url = reverse("admin:scheduling_appointment_add")
            return HttpResponseRedirect(f"{url}?{urlencode({'doctor': self.doctor.pk})}")
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def doctor(self) -> Doctor:
        rows = Doctor.objects.visible_to(self.request.user, "accounts.view_doctor").listed()
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    @cached_property
    def patient(self) -> Patient:
        patient = patient_of(self.request.user)
        if patient is None:
            raise Http404
        return patient

    @cached_property
    def types(self) -> list[AppointmentType]:
        return types_of(doctor=self.doctor, viewer=self.request.user, now=self.now)

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    def search(self, kind: AppointmentType) -> Search:
        return Search(self.doctor, kind, self.patient, self.request.user, self.now)

    def order(self, kind: AppointmentType, start: datetime) -> Order:
        return Order(self.doctor, self.patient, kind, start, self.request.user, self.now)

    def own_visit(self, start: datetime) -> Appointment | None:
        """Who goes back from the confirmation comes here again, to a time that the own visit has taken."""
        visits = Appointment.objects.visible_to(self.request.user).upcoming(self.now)
        return visits.filter(patient=self.patient, doctor=self.doctor, start_at=start).first()

    def turn_away(
        self, error: DomainError, kind: AppointmentType, start: datetime, reason: str = ""
    ) -> HttpResponse:
        if isinstance(error, PolicyForbids | NotAllowed | KeyReused):
            return self.refuse(error, STATUSES.get(type(error), 422))
        return self.gone(error, kind, start, reason)

    def gone(
        self, error: DomainError, kind: AppointmentType, start: datetime, reason: str = ""
    ) -> HttpResponse:
        """The words of the refusal, the reason that was typed, and the three nearest times."""
        own = self.own_visit(start)
        context = {
            "doctor": self.doctor,
            "title": OWN if own else TITLES.get(type(error), GONE),
            "words": "" if own else str(error),
            "kept": _("Nothing more was booked.") if own else _("Nothing was booked."),
            "own": own,
            "post_url": reverse("scheduling:appointment-check", args=[self.doctor.public_id]),
            "hidden": [("type", kind.public_id)],
            "form": BookingForm(initial={"key": uuid4(), "patient_reason": reason}),
            "action": _("Book this time"),
            "choices": as_choices(self.search(kind).nearest(start)),
            "times_url": booking_url(self.doctor, type=kind.public_id),
        }
        status = STATUSES.get(type(error), 422)
        return render(self.request, "scheduling/time_gone.html", context, status=status)

    def refuse(self, words: Any, status: int) -> HttpResponse:
        context = {
            "words": str(words),
            "back_url": booking_url(self.doctor),
            "back_label": _("Choose a time"),
        }
        return render(self.request, "scheduling/refused.html", context, status=status)


class Picker(BookingPage):
    """The kind of visit first, since it sets the length; then the times. The POST keeps one for a while."""

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        query = request.GET.copy()
        if len(self.types) == 1:
            query.setdefault("type", str(self.types[0].public_id))
        form = PickerForm(query if "type" in query else None, types=self.types)
        return self.show(form, status=422 if form.is_bound and not form.is_valid() else 200)

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        form = PickerForm(request.POST, types=self.types)
        if not form.demand_time():
            return self.show(form, status=422)
        return self.keep(form.cleaned_data["type"], form.cleaned_data["start"])

    def keep(self, kind: AppointmentType, start: datetime) -> HttpResponse:
        asked = {"doctor": self.doctor, "type": kind, "patient": self.patient, "start": start}
        try:
            hold(**asked, actor=self.request.user, now=self.now)
        except DomainError as error:
            return self.turn_away(error, kind, start)
        return redirect(check_url(self.doctor, kind, start))

    def show(self, form: PickerForm, status: int = 200) -> HttpResponse:
        asked = getattr(form, "cleaned_data", {})
        kind = asked.get("type")
        context: dict[str, Any] = {"doctor": self.doctor, "form": form, "kind": kind, "types": self.types}
        if kind is not None:
            url = booking_url(self.doctor, type=kind.public_id)
            context |= times_of(self.search(kind), asked, url)
            context["hidden"] = [("type", kind.public_id)]
        return render(self.request, "scheduling/appointment_book.html", context, status=status)


def check_url(doctor: Doctor, kind: AppointmentType, start: datetime) -> str:
    url = reverse("scheduling:appointment-check", args=[doctor.public_id])
    return f"{url}?{urlencode({'type': kind.public_id, 'start': start.isoformat()})}"
