"""How the lists of metadata are narrowed to what waits for somebody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UnsignedFilter(admin.SimpleListFilter):
    title = _("signature")
    parameter_name = "signature"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("missing", _("Not signed yet")), ("late", _("Not signed for over 48 hours"))]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        if self.value() == "late":
            return rows.late(timezone.now())
        return rows.unsigned() if self.value() == "missing" else rows


class ReviewFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("missing", _("Not reviewed yet"))]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.unreviewed() if self.value() == "missing" else rows
