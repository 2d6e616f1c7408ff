"""The last two steps: what will be booked, once more, and that it is booked."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.views.pages import Page
from scheduling.errors import PatientBusy, SlotTaken
from scheduling.forms.booking import BookingForm, SlotForm
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import Opening
from scheduling.services.booking import acts_as_patient, book
from scheduling.services.orders import is_elsewhere
from scheduling.templatetags.visits import local
from scheduling.views.actions import can_move
from scheduling.views.booking import BookingPage
from scheduling.views.choices import Choice, as_choices
from scheduling.views.doctors import booking_url
from scheduling.views.holds import kept
from scheduling.views.rescheduling import move_url

MOST_NEAR = 3


class Check(BookingPage):
    """What will be booked, once more; the POST books it, and twice the same POST is one visit."""

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        asked = SlotForm(request.GET, types=self.types)
        if not asked.is_valid():
            return redirect(f"{booking_url(self.doctor)}?{self.readable_query()}")
        kind, start = asked.cleaned_data["type"], asked.cleaned_data["start"]
        opening = self.search(kind).at(start)
        if opening is not None:
            return self.show(BookingForm(initial={"key": uuid4()}), opening)
        if visit := self.own_visit(start):
            return redirect("scheduling:appointment-booked", visit.public_id)
        elsewhere = is_elsewhere(self.order(kind, start))
        return self.gone(PatientBusy() if elsewhere else SlotTaken(_("This time is not free.")), kind, start)

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        asked = SlotForm(request.POST, types=self.types)
        if not asked.is_valid():
            return self.refuse(_("Choose a time again."), 422)
        kind, start = asked.cleaned_data["type"], asked.cleaned_data["start"]
        form = BookingForm(request.POST)
        if not form.is_valid():
            opening = self.search(kind).at(start)
            if opening is None or "key" in form.errors:
                return self.refuse(_("Choose a time again."), 422)
            return self.show(form, opening, status=422)
        return self.take(kind, start, form.cleaned_data)

    def take(self, kind: AppointmentType, start: datetime, order: dict[str, Any]) -> HttpResponse:
        try:
            visit = book(
                doctor=self.doctor,
                type=kind,
                patient=self.patient,
                start=start,
                actor=self.request.user,
                now=self.now,
                idempotency_key=order["key"],
                patient_reason=order["patient_reason"],
            )
        except DomainError as error:
            return self.turn_away(error, kind, start, order["patient_reason"])
        return redirect("scheduling:appointment-booked", visit.public_id)

    def readable_query(self) -> str:
        """Only what the picker understands, so that a broken link is not handed on."""
        known = {name: self.request.GET[name] for name in ("type", "at") if name in self.request.GET}
        return urlencode(known)

    def show(self, form: BookingForm, opening: Opening, status: int = 200) -> HttpResponse:
        (choice,) = as_choices([opening])
        context = {
            "doctor": self.doctor,
            "form": form,
            "choice": choice,
            "kind": opening.type,
            "kept": kept(self.order(opening.type, opening.start), choice.place.time_zone),
            "rows": self.rows(choice),
            "near": [self.beside(visit, choice) for visit in self.visits_near(choice)],
        }
        return render(self.request, "scheduling/appointment_check.html", context, status=status)

    def rows(self, choice: Choice) -> list[dict[str, Any]]:
        kind, place = choice.opening.type, choice.place
        times = booking_url(self.doctor, type=kind.public_id, at=choice.value)
        return [
            {"label": _("Patient"), "value": self.patient.full_name},
            {"label": _("Doctor"), "value": self.doctor, "change_url": reverse("scheduling:doctor-list")},
            {"label": _("Reason for the visit"), "value": kind.name, "change_url": booking_url(self.doctor)},
            {"label": _("When"), **choice.moment, "change_url": times, "change_label": _("time")},
            {"label": _("How long"), "value": _("%(minutes)s minutes") % {"minutes": kind.minutes}},
            {"label": _("Where"), "value": ", ".join(filter(None, [place.name, place.address, place.city]))},
        ]

    def visits_near(self, choice: Choice) -> list[Appointment]:
        """The patient's other visits on the same day, or within six days in the same department or specialty."""
        start, slot = choice.opening.start, choice.opening.slot
        visits = Appointment.objects.visible_to(self.request.user).upcoming(self.now).with_people()
        around = visits.between(start - timedelta(days=6), start + timedelta(days=7))
        near = [visit for visit in around.filter(patient=self.patient) if self.is_near(visit, choice, slot)]
        return near[:MOST_NEAR]

    def is_near(self, visit: Appointment, choice: Choice, slot: Any) -> bool:
        return (
            self.is_alike(visit, slot) or local(visit.start_at, choice.place.time_zone).date() == choice.day
        )

    def is_alike(self, visit: Appointment, slot: Any) -> bool:
        """For the same trouble, as far as department and specialty tell."""
        same_specialty = self.doctor.specialty and visit.doctor.specialty == self.doctor.specialty
        return visit.department_id == slot.department_id or bool(same_specialty)

    def beside(self, visit: Appointment, choice: Choice) -> dict[str, Any]:
        """Another visit, and where it can be moved to this time instead, if it can."""
        movable = self.is_alike(visit, choice.opening.slot) and can_move(self.request.user, visit, self.now)
        url = move_url(visit, self.doctor, choice.opening.start) if movable else ""
        return {"visit": visit, "replace_url": url}


class Booked(Page):
    """Done; safe to reload and to keep as a bookmark: it tells the state that the visit has by now."""

    permission = "scheduling.view_appointment"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visible(Appointment.objects.with_people(), public_id=public_id)
        latest = visit.events.select_related("old_doctor").filter(~Q(old_start_at=None)).last()
        context = {
            "visit": visit,
            "moved": latest if latest and latest.new_start_at == visit.start_at else None,
            "is_patient": acts_as_patient(request.user),
        }
        return render(request, "scheduling/appointment_booked.html", context)
