"""Filters by words that the house registers: nobody has to read a whole table to find out which there are."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import outbox
from accounts.models.audit import ACTIONS

SUBJECTS = {
    "accounts_patient": _("Patients"),
    "accounts_patientaccess": _("Access to patients"),
    "accounts_user": _("Accounts"),
    "scheduling_appointment": _("Appointments"),
    "clinical_medicalrecord": _("Medical records"),
    "clinical_correctionrequest": _("Requests for corrections"),
}


class KnownFilter(admin.SimpleListFilter):
    """By one column, whose words are registered at start-up."""

    def words(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return sorted(self.words().items(), key=lambda pair: str(pair[1]))

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(**{self.parameter_name: self.value()}) if self.value() in self.words() else rows


class ActionFilter(KnownFilter):
    title = _("action")
    parameter_name = "action"

    def words(self) -> Mapping[str, Any]:
        return ACTIONS


class SubjectFilter(KnownFilter):
    """Of all tables those that somebody asks about; of any other, its rows tell their own history."""

    title = _("subject")
    parameter_name = "target_table"

    def words(self) -> Mapping[str, Any]:
        return SUBJECTS


class MessageKindFilter(KnownFilter):
    title = _("kind")
    parameter_name = "kind"

    def words(self) -> Mapping[str, Any]:
        return {kind: kind.replace("-", " ").capitalize() for kind in outbox.KINDS}
