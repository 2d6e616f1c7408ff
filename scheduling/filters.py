"""What people look for a doctor by."""

from datetime import timedelta
from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Doctor
from accounts.models.patient import Gender
from scheduling.models import AppointmentType
from scheduling.services.availability import Opening

# How many days from today the first free time may be away.
SOON = [("0", _("Today")), ("3", _("Within 3 days")), ("7", _("Within 7 days"))]


MAIN = ("type", "free", "name")
MORE = ("department", "specialty", "language", "gender")


class DoctorFilterForm(forms.Form):
    """Drawn inside the page's own form; that each box may stay empty goes without saying."""

    @property
    def helper(self) -> FormHelper:
        """What few people ask for is folded away, unless it is in force: every box is one stop more on the way."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.hide_optional = True
        unfolded = {"open": True} if any(self.data.get(name) for name in MORE) else {}
        helper.layout = Layout(*MAIN, Div(*MORE, template="scheduling/_more_filters.html", **unfolded))
        return helper


class DoctorFilter(django_filters.FilterSet):
    """Of a reason and of how soon, only the search for free times knows who is left: see `kinds` and `lets_in`."""

    type = django_filters.ChoiceFilter(
        label=_("Reason for the visit"), empty_label=_("Any"), method="keep_all"
    )
    free = django_filters.ChoiceFilter(
        label=_("Next available"), choices=SOON, empty_label=_("Any"), method="keep_all"
    )
    name = django_filters.CharFilter(label=_("Name"), method="by_name")
    department = django_filters.ModelChoiceFilter(
        label=_("Department"),
        queryset=Department.objects.current(),
        to_field_name="public_id",
        empty_label=_("Any"),
        method="by_department",
    )
    specialty = django_filters.ChoiceFilter(label=_("Specialty"), empty_label=_("Any"))
    language = django_filters.ChoiceFilter(
        label=_("Language spoken"), field_name="languages", lookup_expr="icontains", empty_label=_("Any")
    )
    gender = django_filters.ChoiceFilter(label=_("Sex"), choices=Gender.choices, empty_label=_("Any"))

    class Meta:
        model = Doctor
        fields: list[str] = []
        form = DoctorFilterForm

    def __init__(self, *args: Any, types: list[AppointmentType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = types
        found = self.queryset.order_by().values_list("specialty", "languages").distinct()
        specialties, languages = choices(found)
        self.filters["specialty"].extra["choices"] = specialties
        self.filters["language"].extra["choices"] = languages
        self.filters["type"].extra["choices"] = [(str(kind.public_id), kind.name) for kind in types]

    def keep_all(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows

    def by_name(self, rows: QuerySet, name: str, words: str) -> QuerySet:
        return rows.matching(words)

    def by_department(self, rows: QuerySet, name: str, department: Department) -> QuerySet:
        return rows.filter(department__in=Department.objects.below(department.pk))

    @property
    def kinds(self) -> list[AppointmentType]:
        """The kinds of visit whose times count; all of them when no reason is chosen."""
        asked = self.asked("type")
        return [kind for kind in self.types if not asked or str(kind.public_id) == asked]

    def asked(self, name: str) -> Any:
        return self.form.cleaned_data.get(name) if self.form.is_valid() else None

    def lets_in(self, opening: Opening | None) -> bool:
        """Who has no time at all is shown only to those who ask neither for what nor how soon."""
        if opening is None:
            return not (self.asked("type") or self.asked("free"))
        if not self.asked("free"):
            return True
        last = timezone.localdate() + timedelta(days=int(self.asked("free")))
        return timezone.localdate(opening.start) <= last


def choices(found: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The specialties and the languages that the doctors have, in one query."""
    specialties, languages = set(), set()
    for specialty, spoken in found:
        specialties.add(specialty)
        languages |= {word.strip() for word in spoken.split(",")}
    return tuple([(word, word) for word in sorted(words - {""})] for words in (specialties, languages))
