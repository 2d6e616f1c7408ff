"""Three short steps: choose a time, check, done. Here the first, and what the steps share."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Doctor, Patient
from accounts.roles import Reach, reach
from accounts.views.pages import Page
from scheduling.forms import PickerForm
from scheduling.models import AppointmentType
from scheduling.services.availability import bookable_range, first_free, types_of
from scheduling.views.choices import MOST_TIMES, Times, one_page
from scheduling.views.doctors import booking_url, patient_of

AROUND = timedelta(days=7)


class BookingPage(Page):
    """A step of the booking with one doctor; whoever books for everyone does so in the back office."""

    permission = "scheduling.book_appointment"

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
        return types_of(doctor=self.doctor, viewer=self.request.user)

    @cached_property
    def now(self) -> datetime:
        return timezone.now()


class Picker(BookingPage):
    """The kind of visit first, since it sets the length; then the times, at most five days of them."""

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        query = request.GET.copy()
        if len(self.types) == 1:
            query.setdefault("type", str(self.types[0].public_id))
        form = PickerForm(query if "type" in query else None, types=self.types)
        if not form.is_valid():
            return self.show(form, status=422 if form.is_bound else 200)
        if "go" in query:
            return self.go_on(form)
        return self.show(form)

    def go_on(self, form: PickerForm) -> HttpResponse:
        if not form.cleaned_data["start"]:
            form.add_error("start", _("Choose a time."))
            return self.show(form, status=422)
        return redirect(check_url(self.doctor, form.cleaned_data["type"], form.cleaned_data["start"]))

    def show(self, form: PickerForm, status: int = 200) -> HttpResponse:
        kind = getattr(form, "cleaned_data", {}).get("type")
        context: dict[str, Any] = {"doctor": self.doctor, "form": form, "kind": kind, "types": self.types}
        if kind is not None:
            context |= self.times(form.cleaned_data, kind)
        return render(self.request, "scheduling/appointment_book.html", context, status=status)

    def times(self, asked: dict[str, Any], kind: AppointmentType) -> dict[str, Any]:
        earliest, latest = bookable_range(type=kind, viewer=self.request.user, now=self.now)
        start = max(self.first_instant(asked), earliest)
        page = self.search(kind, start) if start < latest else Times()
        url = booking_url(self.doctor, type=kind.public_id)
        return {
            "times": page,
            "chosen": asked["start"].isoformat() if asked.get("start") else "",
            "too_far": start >= latest,
            "latest": latest,
            "from_start": start <= earliest,
            "first_url": url,
            "earlier_url": self.earlier_url(kind, start) if self.has_earlier(kind, start) else "",
            "later_url": f"{url}&{urlencode({'at': page.rest.value})}" if page.rest else "",
            "earliest_url": check_url(self.doctor, kind, page.earliest.opening.start)
            if page.earliest
            else "",
        }

    def first_instant(self, asked: dict[str, Any]) -> datetime:
        """Midnight of the day asked for, by the doctor's clock; else the instant that the link names."""
        if day := asked.get("from"):
            return datetime.combine(day, time.min, tzinfo=self.zone)
        return asked.get("at") or asked.get("start") or self.now

    @property
    def zone(self) -> ZoneInfo:
        place = self.doctor.location
        return place.zone if place else timezone.get_default_timezone()

    def search(self, kind: AppointmentType, start: datetime) -> Times:
        found = first_free(
            doctors=[self.doctor],
            types=[kind],
            viewer=self.request.user,
            now=self.now,
            start=start,
            count=MOST_TIMES + 1,
            patient=self.patient,
        )
        return one_page(found.get(self.doctor.pk, []))

    def has_earlier(self, kind: AppointmentType, start: datetime) -> bool:
        found = first_free(
            doctors=[self.doctor], types=[kind], viewer=self.request.user, now=self.now, patient=self.patient
        )
        return any(opening.start < start for opening in found.get(self.doctor.pk, []))

    def earlier_url(self, kind: AppointmentType, start: datetime) -> str:
        day = (start.astimezone(self.zone) - AROUND).date()
        return booking_url(self.doctor, **{"type": kind.public_id, "from": day.isoformat()})


def check_url(doctor: Doctor, kind: AppointmentType, start: datetime) -> str:
    url = reverse("scheduling:appointment-check", args=[doctor.public_id])
    return f"{url}?{urlencode({'type': kind.public_id, 'start': start.isoformat()})}"
