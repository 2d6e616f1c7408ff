"""Find a doctor: open to everybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import DetailView, ListView

from accounts.models import Doctor, Patient, PatientAccess
from scheduling.filters import DoctorFilter
from scheduling.models import AppointmentType
from scheduling.services.absence import away_until
from scheduling.services.availability import Opening, first_free, types_of
from scheduling.services.leave import colleagues
from scheduling.services.orders import BOOK
from scheduling.templatetags.visits import day_at

# Leave that begins this late is not why a doctor has no time now.
FAR = timedelta(days=98)
MOST_OTHERS = 3


class PagedListView(ListView):
    """Twenty rows a page; a page beyond the end leads to the first."""

    paginate_by = 20

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            if "page" not in request.GET:
                raise
            query = request.GET.copy()
            del query["page"]
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")


@dataclass(frozen=True)
class Card:
    """A doctor with the soonest free time and the link that begins to book it; none for those who cannot book."""

    doctor: Doctor
    opening: Opening | None
    may_book: bool

    @property
    def url(self) -> str:
        return booking_url(self.doctor, self.opening) if self.may_book else ""


def booking_url(doctor: Doctor, opening: Opening | None = None, **query: Any) -> str:
    if opening is not None:
        start = opening.start.isoformat()
        query = {"type": opening.type.public_id, "at": start, "start": start}
    url = reverse("scheduling:appointment-book", args=[doctor.public_id])
    return f"{url}?{urlencode(query)}" if query else url


def may_book(user: Any) -> bool:
    """Visitors may: they sign in on the way."""
    return not user.is_authenticated or bool(user.has_perm(BOOK))


def patient_of(user: Any) -> Patient | None:
    """Who books when this account books: times at which they are elsewhere are offered nowhere."""
    if not user.is_authenticated:
        return None
    return Patient.objects.filter(pk__in=PatientAccess.objects.self_of(user).values("patient")).first()


def soonest(doctors: list[Doctor], types: list[AppointmentType], user: Any) -> list[Card]:
    """Those with a free time by when it is, then those without; at the same time the order stays."""
    found = first_free(
        doctors=doctors, types=types, viewer=user, now=timezone.now(), patient=patient_of(user)
    )
    books = may_book(user)
    cards = [Card(doctor, next(iter(found.get(doctor.pk, [])), None), books) for doctor in doctors]
    return sorted(cards, key=lambda card: (card.opening is None, card.opening and card.opening.slot.start))


@method_decorator(login_not_required, name="dispatch")
class DoctorList(PagedListView):
    """Soonest first; those without a free time come last, by name."""

    template_name = "scheduling/doctor_list.html"
    context_object_name = "cards"

    def get_queryset(self) -> list[Card]:
        self.types = list(AppointmentType.objects.for_patients())
        self.filter = self.filter_by(self.request.GET)
        return self.cards(self.filter)

    def filter_by(self, query: QueryDict) -> DoctorFilter:
        listed = Doctor.objects.visible_to(self.request.user).listed()
        return DoctorFilter(query, queryset=listed, types=self.types)

    def cards(self, asked: DoctorFilter) -> list[Card]:
        found = soonest(list(asked.qs), asked.kinds, self.request.user)
        return [card for card in found if asked.lets_in(card.opening)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chips = self.chips()
        context = super().get_context_data(filter=self.filter, chips=chips, **kwargs)
        context["form"] = self.filter.form
        if not context["paginator"].count:
            context["without"] = [chip | {"count": self.count_without(chip["name"])} for chip in chips]
        return context

    def chips(self) -> list[dict[str, Any]]:
        """The filters in force, each in the words of its choice, with the address of the page without it."""
        form = self.filter.form
        shown = form.cleaned_data if form.is_valid() else {}
        return [
            {
                "name": name,
                "label": form.fields[name].label,
                "value": chosen_words(form.fields[name], value),
                "url": self.url_without(name),
            }
            for name, value in shown.items()
            if value
        ]

    def url_without(self, name: str) -> str:
        query = self.request.GET.copy()
        query.pop(name, None)
        query.pop("page", None)
        return f"{self.request.path}?{query.urlencode()}"

    def count_without(self, name: str) -> int:
        query = self.request.GET.copy()
        query.pop(name, None)
        return len(self.cards(self.filter_by(query)))


def chosen_words(field: Any, value: Any) -> Any:
    """A choice as its list words it; what was typed, or a row, stands for itself."""
    listed = getattr(field, "choices", []) if isinstance(value, str) else []
    return dict(listed).get(value, value)


@method_decorator(login_not_required, name="dispatch")
class DoctorDetail(DetailView):
    """Who the doctor is, for what one may come, and the next three times; else who is there instead."""

    template_name = "scheduling/doctor_detail.html"
    context_object_name = "doctor"

    def get_object(self, queryset: Any = None) -> Doctor:
        rows = Doctor.objects.visible_to(self.request.user).listed()
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        types = types_of(doctor=self.object, viewer=user, now=now)
        found = first_free(
            doctors=[self.object], types=types, viewer=user, now=now, count=3, patient=patient_of(user)
        )
        books = may_book(user)
        openings = [Card(self.object, opening, books) for opening in found.get(self.object.pk, [])]
        reasons = [(kind, books and booking_url(self.object, type=kind.public_id)) for kind in types]
        absence = absence_of(self.object, openings, user, now)
        return super().get_context_data(openings=openings, reasons=reasons, **absence, **kwargs)


def absence_of(doctor: Doctor, openings: list[Card], user: Any, now: datetime) -> dict[str, Any]:
    """When a doctor who is away is back, and three colleagues with a free time; nothing of why."""
    until = away_until(doctor=doctor, at=now, begins_by=None if openings else now + FAR)
    zone = doctor.location.zone if doctor.location else timezone.get_default_timezone()
    if until is None or until.astimezone(zone).date() <= now.astimezone(zone).date():
        return {}
    free = [
        card
        for card in soonest(colleagues(doctor), list(AppointmentType.objects.for_patients()), user)
        if card.opening
    ]
    return {"away_until": day_at(until, str(zone)), "others": free[:MOST_OTHERS]}
