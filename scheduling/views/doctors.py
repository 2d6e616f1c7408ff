"""Find a doctor: open to everybody."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import DetailView, ListView

from accounts.models import Doctor, Patient, PatientAccess
from scheduling.filters import DoctorFilter
from scheduling.models import AppointmentType
from scheduling.services.availability import Opening, first_free, types_of


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
    """A doctor with the soonest free time and the link that begins to book it."""

    doctor: Doctor
    opening: Opening | None

    @property
    def url(self) -> str:
        return booking_url(self.doctor, self.opening)


def booking_url(doctor: Doctor, opening: Opening | None = None, **query: Any) -> str:
    if opening is not None:
        start = opening.start.isoformat()
        query = {"type": opening.type.public_id, "at": start, "start": start}
    url = reverse("scheduling:appointment-book", args=[doctor.public_id])
    return f"{url}?{urlencode(query)}" if query else url


def patient_of(user: Any) -> Patient | None:
    """Who books when this account books: times at which they are elsewhere are offered nowhere."""
    if not user.is_authenticated:
        return None
    return Patient.objects.filter(pk__in=PatientAccess.objects.self_of(user).values("patient")).first()


@method_decorator(login_not_required, name="dispatch")
class DoctorList(PagedListView):
    """Soonest first; those without a free time come last, by name."""

    template_name = "scheduling/doctor_list.html"
    context_object_name = "cards"

    def get_queryset(self) -> list[Card]:
        listed = Doctor.objects.visible_to(self.request.user).listed()
        self.filter = DoctorFilter(self.request.GET, queryset=listed)
        doctors = list(self.filter.qs)
        found = first_free(
            doctors=doctors,
            types=AppointmentType.objects.for_patients(),
            viewer=self.request.user,
            now=timezone.now(),
            patient=patient_of(self.request.user),
        )
        cards = [Card(doctor, next(iter(found.get(doctor.pk, [])), None)) for doctor in doctors]
        # The sort is stable: doctors with the same time stay in the order of their names.
        return sorted(
            cards, key=lambda card: (card.opening is None, card.opening and card.opening.slot.start)
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chips = self.chips()
        context = super().get_context_data(filter=self.filter, chips=chips, **kwargs)
        context["form"] = self.filter.form
        if not context["paginator"].count:
            context["without"] = [chip | {"count": self.count_without(chip["name"])} for chip in chips]
        return context

    def chips(self) -> list[dict[str, Any]]:
        """The filters in force, each with the address of the page without it."""
        form = self.filter.form
        shown = form.cleaned_data if form.is_valid() else {}
        return [
            {"name": name, "label": form.fields[name].label, "value": value, "url": self.url_without(name)}
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
        return DoctorFilter(query, queryset=self.filter.queryset).qs.count()


@method_decorator(login_not_required, name="dispatch")
class DoctorDetail(DetailView):
    """Who the doctor is, for what one may come, and the next three times for each."""

    template_name = "scheduling/doctor_detail.html"
    context_object_name = "doctor"

    def get_object(self, queryset: Any = None) -> Doctor:
        rows = Doctor.objects.visible_to(self.request.user).listed()
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, timezone.now()
        types = types_of(doctor=self.object, viewer=user)
        found = first_free(
            doctors=[self.object], types=types, viewer=user, now=now, count=3, patient=patient_of(user)
        )
        openings = [Card(self.object, opening) for opening in found.get(self.object.pk, [])]
        reasons = [(kind, booking_url(self.object, type=kind.public_id)) for kind in types]
        return super().get_context_data(openings=openings, reasons=reasons, **kwargs)
