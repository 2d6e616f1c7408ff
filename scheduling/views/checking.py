"""The last two steps: what will be booked, once more, and that it is booked."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.errors import Busy, DomainError, NotAllowed
from accounts.models import Patient
from accounts.views.pages import Page
from scheduling.errors import KeyReused, PatientBusy, PolicyForbids, SlotTaken
from scheduling.forms import BookingForm, SlotForm
from scheduling.models import Appointment, AppointmentType
from scheduling.services.availability import Opening, first_free, free_slots
from scheduling.services.booking import book
from scheduling.views.booking import AROUND, BookingPage
from scheduling.views.choices import as_choices
from scheduling.views.doctors import booking_url

NEAREST = 3
GONE = _("This time is no longer available")
OWN = _("You have already booked this time")
TITLES = {
    PatientBusy: _("You have another visit at this time"),
    Busy: _("This time could not be booked just now"),
}
STATUSES = {SlotTaken: 409, PatientBusy: 409, KeyReused: 409, NotAllowed: 403, Busy: 503}


class Check(BookingPage):
    """What will be booked, once more; the POST books it, and twice the same POST is one visit."""

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        asked = SlotForm(request.GET, types=self.types)
        if not asked.is_valid():
            return redirect(f"{booking_url(self.doctor)}?{self.readable_query()}")
        kind, start = asked.cleaned_data["type"], asked.cleaned_data["start"]
        opening = self.opening_at(kind, start)
        if opening is not None:
            return self.show(BookingForm(initial={"key": uuid4()}), opening)
        if visit := self.own_visit(start):
            return redirect("scheduling:appointment-booked", visit.public_id)
        return self.gone(SlotTaken(_("This time is not free.")), kind, start, "")

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        asked = SlotForm(request.POST, types=self.types)
        if not asked.is_valid():
            return self.refuse(_("Choose a time again."), 422)
        kind, start = asked.cleaned_data["type"], asked.cleaned_data["start"]
        form = BookingForm(request.POST)
        if not form.is_valid():
            opening = self.opening_at(kind, start)
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
        except (PolicyForbids, NotAllowed, KeyReused) as error:
            return self.refuse(error, STATUSES.get(type(error), 422))
        except DomainError as error:
            return self.gone(error, kind, start, order["patient_reason"])
        return redirect("scheduling:appointment-booked", visit.public_id)

    def own_visit(self, start: datetime) -> Appointment | None:
        """Who goes back from the confirmation comes here again, to a time that the own visit has taken."""
        visits = Appointment.objects.visible_to(self.request.user).active()
        return visits.filter(patient=self.patient, doctor=self.doctor, start_at=start).first()

    def readable_query(self) -> str:
        """Only what the picker understands, so that a broken link is not handed on."""
        known = {name: self.request.GET[name] for name in ("type", "at") if name in self.request.GET}
        return urlencode(known)

    def opening_at(self, kind: AppointmentType, start: datetime) -> Opening | None:
        near = self.free(kind, start, start + timedelta(minutes=1), patient=None)
        return next((opening for opening in near if opening.start == start), None)

    def free(
        self, kind: AppointmentType, start: datetime, end: datetime, patient: Patient | None
    ) -> list[Opening]:
        found = free_slots(
            doctors=[self.doctor],
            type=kind,
            start=start,
            end=end,
            viewer=self.request.user,
            now=self.now,
            patient=patient,
        )
        return [Opening(kind, slot) for slot in found]

    def show(self, form: BookingForm, opening: Opening, status: int = 200) -> HttpResponse:
        (choice,) = as_choices([opening])
        context = {
            "doctor": self.doctor,
            "form": form,
            "choice": choice,
            "kind": opening.type,
            "rows": self.rows(choice),
            "near": self.visits_near(opening),
        }
        return render(self.request, "scheduling/appointment_check.html", context, status=status)

    def rows(self, choice: Any) -> list[dict[str, Any]]:
        kind, place = choice.opening.type, choice.place
        times = booking_url(self.doctor, type=kind.public_id, at=choice.value)
        when = f"{choice.day_words}, {choice.words} ({choice.zone})"
        return [
            {"label": _("Patient"), "value": self.patient.full_name},
            {"label": _("Doctor"), "value": self.doctor, "change_url": reverse("scheduling:doctor-list")},
            {"label": _("Reason for the visit"), "value": kind.name, "change_url": booking_url(self.doctor)},
            {"label": _("When"), "value": when, "change_url": times, "change_label": _("time")},
            {"label": _("How long"), "value": _("%(minutes)s minutes") % {"minutes": kind.minutes}},
            {"label": _("Where"), "value": ", ".join(filter(None, [place.name, place.address, place.city]))},
        ]

    def visits_near(self, opening: Opening) -> list[Appointment]:
        """Other visits of the patient within six days in the same department."""
        visits = Appointment.objects.visible_to(self.request.user).upcoming(self.now).with_people()
        near = visits.between(opening.start - timedelta(days=6), opening.start + timedelta(days=7))
        return list(near.filter(patient=self.patient, department=opening.slot.department_id)[:3])

    def gone(self, error: DomainError, kind: AppointmentType, start: datetime, reason: str) -> HttpResponse:
        """The words of the refusal, the reason that was typed, and the three nearest times."""
        nearest, own = self.nearest(kind, start), self.own_visit(start)
        context = {
            "doctor": self.doctor,
            "title": OWN if own else TITLES.get(type(error), GONE),
            "own": own,
            "words": "" if own else str(error),
            "kind": kind,
            "reason": reason,
            "key": uuid4(),
            "choices": as_choices(nearest),
            "times_url": booking_url(self.doctor, type=kind.public_id),
        }
        status = STATUSES.get(type(error), 422)
        return render(self.request, "scheduling/time_gone.html", context, status=status)

    def nearest(self, kind: AppointmentType, start: datetime) -> list[Opening]:
        """Close to the wanted time, and when there are none, the next at all."""
        wanted = min(max(start, self.now), self.now + timedelta(days=kind.horizon_days))
        around = self.free(kind, wanted - AROUND, wanted + AROUND, self.patient)
        closest = sorted(around, key=lambda opening: abs(opening.start - wanted))[:NEAREST]
        if closest:
            return sorted(closest, key=lambda opening: opening.start)
        found = first_free(
            doctors=[self.doctor],
            types=[kind],
            viewer=self.request.user,
            now=self.now,
            count=NEAREST,
            patient=self.patient,
        )
        return found.get(self.doctor.pk, [])

    def refuse(self, words: Any, status: int) -> HttpResponse:
        context = {
            "words": str(words),
            "back_url": booking_url(self.doctor),
            "back_label": _("Choose a time"),
        }
        return render(self.request, "scheduling/refused.html", context, status=status)


class Booked(Page):
    """Done; safe to reload and to keep as a bookmark."""

    permission = "scheduling.view_appointment"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visible(Appointment.objects.with_people(), public_id=public_id)
        return render(request, "scheduling/appointment_booked.html", {"visit": visit})
