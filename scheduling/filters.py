"""What people look for a doctor by."""

from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Doctor
from accounts.models.patient import Gender


class DoctorFilterForm(forms.Form):
    """Drawn inside the page's own form; that each box may stay empty goes without saying."""

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.hide_optional = True
        return helper


class DoctorFilter(django_filters.FilterSet):
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = self.queryset.order_by().values_list("specialty", "languages").distinct()
        specialties, languages = choices(found)
        self.filters["specialty"].extra["choices"] = specialties
        self.filters["language"].extra["choices"] = languages

    def by_name(self, rows: QuerySet, name: str, words: str) -> QuerySet:
        return rows.matching(words)

    def by_department(self, rows: QuerySet, name: str, department: Department) -> QuerySet:
        return rows.filter(department__in=Department.objects.below(department.pk))


def choices(found: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The specialties and the languages that the doctors have, in one query."""
    specialties, languages = set(), set()
    for specialty, spoken in found:
        specialties.add(specialty)
        languages |= {word.strip() for word in spoken.split(",")}
    return tuple([(word, word) for word in sorted(words - {""})] for words in (specialties, languages))
