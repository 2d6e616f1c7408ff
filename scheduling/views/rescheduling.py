"""Another time for a visit, in the steps of a booking: choose, check, done. The old time stays until the last."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.errors import Busy, DomainError, NotAllowed, StaleVersion
from accounts.models import Doctor
from accounts.rules import refusal
from scheduling.errors import NotMovable, PatientBusy, PolicyForbids, SlotTaken
from scheduling.forms.moving import MoveForm, NewSlotForm, NewTimeForm, StaffMoveForm
from scheduling.models import Appointment
from scheduling.rules import MOVE
from scheduling.services.availability import Opening, books_for_everyone, may_see
from scheduling.services.moving import move, stands_there, stays_as_it_is
from scheduling.templatetags.visits import moment_at
from scheduling.views.booking import GONE, STATUSES
from scheduling.views.choices import Choice, as_choices
from scheduling.views.picking import times_of
from scheduling.views.searching import Search
from scheduling.views.steps import StepPage

TITLES = {
    PatientBusy: _("Another visit is at this time"),
    Busy: _("This time could not be taken just now"),
}


def reschedule_url(visit: Appointment, doctor: Doctor | None = None, **query: Any) -> str:
    url = reverse("scheduling:appointment-reschedule", args=[visit.public_id])
    asked = ({"doctor": doctor.public_id} if doctor else {}) | query
    return f"{url}?{urlencode(asked)}" if asked else url


def move_url(visit: Appointment, doctor: Doctor, start: datetime) -> str:
    url = reverse("scheduling:appointment-move", args=[visit.public_id])
    return f"{url}?{urlencode({'doctor': doctor.public_id, 'start': start.isoformat()})}"


class MovingPage(StepPage):
    """A step of moving one visit in sight."""

    permission = MOVE

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @property
    def is_staff(self) -> bool:
        return books_for_everyone(self.request.user)

    def obstacle(self, visit: Appointment) -> HttpResponse | None:
        """The state of the visit bars everyone; notice, number of moves and kind of visit bar patients."""
        if words := stays_as_it_is(visit):
            return self.refuse(visit, words, 409)
        if words := refusal(self.request.user, self.permission, visit):
            return self.refuse(visit, words, 403)
        if not may_see(visit.type, self.request.user):
            return self.refuse(visit, _("This kind of visit is not moved on the site."), 403)
        return None

    def doctors(self, visit: Appointment) -> QuerySet:
        """The visit's own doctor first, then those of the same specialty or department."""
        rows = Doctor.objects.visible_to(self.request.user, "accounts.view_doctor").listed()
        near = Q(pk=visit.doctor_id) | Q(department=visit.department_id)
        if visit.doctor.specialty:
            near |= Q(specialty=visit.doctor.specialty)
        own_first = Case(When(pk=visit.doctor_id, then=0), default=1)
        return rows.filter(near).order_by(own_first, "family_name", "given_name", "pk")

    def search(self, visit: Appointment, doctor: Doctor) -> Search:
        return Search(doctor, visit.type, visit.patient, self.request.user, self.now, exclude=visit)


class Reschedule(MovingPage):
    """The picker once more, with the old time in sight; the POST leads on and writes nothing."""

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        if obstacle := self.obstacle(visit):
            return obstacle
        query, doctors = request.GET.copy(), self.doctors(visit)
        first = doctors.first()
        if first is None:
            return self.refuse(visit, _("Nobody here takes visits of this kind at the moment."), 409)
        query.setdefault("doctor", str(first.public_id))
        form = NewTimeForm(query, doctors=doctors)
        return self.show(visit, form, status=200 if form.is_valid() else 422)

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        if obstacle := self.obstacle(visit):
            return obstacle
        form = NewTimeForm(request.POST, doctors=self.doctors(visit))
        if not form.demand_time():
            return self.show(visit, form, status=422)
        return redirect(move_url(visit, form.cleaned_data["doctor"], form.cleaned_data["start"]))

    def show(self, visit: Appointment, form: NewTimeForm, status: int) -> HttpResponse:
        doctor = form.cleaned_data.get("doctor")
        context = {"visit": visit, "form": form, "doctor": doctor, "is_patient": not self.is_staff}
        if doctor is not None:
            url = reschedule_url(visit, doctor)
            context |= times_of(self.search(visit, doctor), form.cleaned_data, url)
            context["hidden"] = [("doctor", doctor.public_id)]
        return render(self.request, "scheduling/appointment_reschedule.html", context, status=status)


class Move(MovingPage):
    """Old and new once more; the POST moves, and twice the same POST is one move."""

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        asked = NewSlotForm(request.GET, doctors=self.doctors(visit))
        if not asked.is_valid():
            return redirect(reschedule_url(visit))
        doctor, start = asked.cleaned_data["doctor"], asked.cleaned_data["start"]
        if stands_there(visit, doctor, start):
            return redirect("scheduling:appointment-booked", visit.public_id)
        if obstacle := self.obstacle(visit):
            return obstacle
        opening = self.search(visit, doctor).at(start)
        if opening is None:
            return self.gone(visit, doctor, start, SlotTaken(_("This time is not free.")))
        return self.show(visit, doctor, opening, self.form_class(initial={"version": visit.version}))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visit(public_id)
        asked = NewSlotForm(request.POST, doctors=self.doctors(visit))
        form = self.form_class(request.POST)
        if not asked.is_valid() or (not form.is_valid() and "version" in form.errors):
            return self.refuse(visit, _("Choose a time again."), 422)
        doctor, start = asked.cleaned_data["doctor"], asked.cleaned_data["start"]
        if stands_there(visit, doctor, start):
            return redirect("scheduling:appointment-booked", visit.public_id)
        return self.obstacle(visit) or self.go(visit, doctor, start, form)

    def go(self, visit: Appointment, doctor: Doctor, start: datetime, form: MoveForm) -> HttpResponse:
        if form.is_valid():
            return self.take(visit, doctor, start, form.cleaned_data)
        opening = self.search(visit, doctor).at(start)
        if opening is None:
            return self.gone(visit, doctor, start, SlotTaken(), self.request.POST.get("reason", ""))
        return self.show(visit, doctor, opening, form, status=422)

    def take(self, visit: Appointment, doctor: Doctor, start: datetime, told: dict[str, Any]) -> HttpResponse:
        try:
            move(appointment=visit, doctor=doctor, start=start, actor=self.request.user, now=self.now, **told)
        except StaleVersion:
            return self.stale(visit, doctor, start, told)
        except (NotMovable, NotAllowed, PolicyForbids) as error:
            return self.refuse_error(visit, error)
        except DomainError as error:
            return self.gone(visit, doctor, start, error, told.get("reason", ""))
        return redirect("scheduling:appointment-booked", visit.public_id)

    @property
    def form_class(self) -> type[MoveForm]:
        return StaffMoveForm if self.is_staff else MoveForm

    def show(
        self, visit: Appointment, doctor: Doctor, opening: Opening, form: MoveForm, status: int = 200
    ) -> HttpResponse:
        (choice,) = as_choices([opening])
        context = {
            "visit": visit,
            "doctor": doctor,
            "form": form,
            "choice": choice,
            "rows": self.rows(visit, doctor, choice),
            "is_patient": not self.is_staff,
        }
        return render(self.request, "scheduling/appointment_move.html", context, status=status)

    def rows(self, visit: Appointment, doctor: Doctor, choice: Choice) -> list[dict[str, Any]]:
        place, times = choice.place, reschedule_url(visit, doctor, at=choice.value)
        patient = [{"label": _("Patient"), "value": visit.patient.full_name}] if self.is_staff else []
        return [
            *patient,
            {"label": _("Old time"), "value": told(visit)},
            {
                "label": _("New time"),
                **choice.moment,
                "change_url": times,
                "change_label": _("time"),
            },
            {"label": _("Doctor"), "value": doctor, "change_url": reschedule_url(visit)},
            {"label": _("Reason for the visit"), "value": visit.type.name},
            {"label": _("Where"), "value": ", ".join(filter(None, [place.name, place.address, place.city]))},
        ]

    def gone(
        self, visit: Appointment, doctor: Doctor, start: datetime, error: DomainError, reason: str = ""
    ) -> HttpResponse:
        """Why not, that the old time stays, what was typed, and the three nearest times."""
        search = self.search(visit, doctor)
        version = self.request.POST.get("version") or visit.version
        context = {
            "doctor": doctor,
            "title": TITLES.get(type(error), GONE),
            "words": str(error),
            "kept": _("Nothing was changed. The appointment stays at: %(old)s.") % {"old": told(visit)},
            "post_url": reverse("scheduling:appointment-move", args=[visit.public_id]),
            "hidden": [("doctor", doctor.public_id)],
            "form": self.form_class(initial={"version": version, "reason": reason}),
            "action": _("Move to this time"),
            "choices": as_choices(search.nearest(start)),
            "times_url": reschedule_url(visit, doctor),
        }
        status = STATUSES.get(type(error), 422)
        return render(self.request, "scheduling/time_gone.html", context, status=status)

    def stale(
        self, visit: Appointment, doctor: Doctor, start: datetime, wish: dict[str, Any]
    ) -> HttpResponse:
        """What was asked for beside what is stored now, and the way to ask again."""
        stored = Appointment.objects.with_people().get(pk=visit.pk)
        wanted = f"{moment_at(start, stored.location.time_zone)}, {doctor}"
        rows = [(_("When, and with whom"), wanted, f"{told(stored)}, {stored.get_status_display()}")]
        if wish.get("reason"):
            rows.append((_("Why the visit is moved"), wish["reason"], ""))
        context = {"rows": rows, "retry_url": reschedule_url(stored)}
        return render(self.request, "409.html", context, status=409)


def told(visit: Appointment) -> str:
    """When and with whom; needs people loaded."""
    return f"{moment_at(visit.start_at, visit.location.time_zone)}, {visit.doctor}"
