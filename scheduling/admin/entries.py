"""What the pages of hours share: the doctors' lock, one place at a time, and the visits that fall outside."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.backoffice import BackOfficeAdmin, VersionedForm, is_number
from accounts.errors import Busy
from accounts.models import Doctor
from scheduling.errors import InTwoPlaces
from scheduling.models import Appointment
from scheduling.services.calendar import locked, patiently
from scheduling.services.checking import outside_hours
from scheduling.services.hours import check_places


@patiently
def lock(doctors: Iterable[Doctor]) -> None:
    """Hold the doctors until the page's transaction ends, as every write to the calendar does; or raise Busy."""
    with transaction.atomic():
        locked(Doctor, doctors)


class LockingForm(VersionedForm):
    """Takes the lock before it judges, so that what it judged still holds when the row is saved."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            lock(self.doctors())
            self.check()
        except Busy as refusal:
            self.add_error(None, str(refusal))

    def doctors(self) -> Iterable[Doctor]:
        """Everyone whose hours the change touches."""
        raise NotImplementedError

    def check(self) -> None:
        """What can be judged under the lock only; puts its errors on the fields."""


class EntryForm(LockingForm):
    """Hours of one doctor, or an exception to them; who had them before is locked too."""

    def doctors(self) -> Iterable[Doctor]:
        return Doctor.objects.filter(Q(pk=self.instance.doctor_id) | Q(pk=self.initial.get("doctor")))

    def check(self) -> None:
        entry, types = self.instance, self.cleaned_data.get("types", ())
        drops = [entry] if entry.pk else []
        try:
            check_places(entry.doctor, entry, drops, frozenset(kind.pk for kind in types))
        except InTwoPlaces as refusal:
            self.add_error("location", str(refusal))


class HoursAdmin(BackOfficeAdmin):
    """A page of what opens and closes the calendar."""

    def doctors_of(self, row: Any) -> Iterable[Doctor]:
        raise NotImplementedError

    def affected(self, row: Any) -> dict[str, Any]:
        """The visits that the row may leave outside hours, as the list of appointments is asked for them."""
        raise NotImplementedError

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.tell_outside(request, self.affected(form.instance))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        lock(self.doctors_of(obj))
        affected = self.affected(obj)
        super().delete_model(request, obj)
        self.tell_outside(request, affected)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **kwargs)
        except Busy as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.get_full_path())

    def tell_outside(self, request: HttpRequest, affected: dict[str, Any]) -> None:
        visits: QuerySet = Appointment.objects.filter(**affected["rows"])
        number = len(outside_hours(timezone.now(), visits))
        if not number:
            return
        words = ngettext(
            "%(number)d booked visit lies outside the hours and stays.",
            "%(number)d booked visits lie outside the hours and stay.",
            number,
        ) % {"number": number}
        url = f"{reverse('admin:scheduling_appointment_changelist')}?hours=outside{affected['query']}"
        link = format_html('{} <a href="{}">{}</a>', words, url, _("Show these visits"))
        self.message_user(request, link, messages.WARNING)


class DoctorsHoursAdmin(HoursAdmin):
    """A page of hours of one doctor, found by the doctor's name."""

    form = EntryForm
    search_fields = ["doctor__search_name"]
    search_help_text = _("Name of the doctor")
    autocomplete_fields = ["doctor", "department", "location"]

    def doctors_of(self, row: Any) -> Iterable[Doctor]:
        return [row.doctor]

    def affected(self, row: Any) -> dict[str, Any]:
        return {"rows": {"doctor": row.doctor_id}, "query": f"&doctor={row.doctor_id}"}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        before = form.initial.get("doctor")
        if change and before != form.instance.doctor_id:
            self.tell_outside(request, {"rows": {"doctor": before}, "query": f"&doctor={before}"})

    def get_search_results(self, request: HttpRequest, rows: QuerySet, words: str) -> tuple[QuerySet, bool]:
        return by_doctor(rows, words), False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A link that names the doctor brings the doctor's department and place along."""
        initial = super().get_changeform_initial_data(request)
        key = str(initial.get("doctor", ""))
        doctor = Doctor.objects.filter(pk=key).first() if is_number(key) else None
        if doctor is None:
            return initial
        return {"department": doctor.department_id, "location": doctor.location_id} | initial


def by_doctor(rows: QuerySet, words: str) -> QuerySet:
    """By the doctor's name, without regard to accents and case."""
    return rows.filter(doctor__in=Doctor.objects.matching(words).values("pk")) if words.strip() else rows
