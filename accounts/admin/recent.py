"""Narrows a list to what was begun lately."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WEEK = timedelta(days=7)


class RecentFilter(admin.SimpleListFilter):
    title = _("begun")
    parameter_name = "begun"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("week", _("In the last 7 days"))]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.begun_since(timezone.now() - WEEK) if self.value() == "week" else rows
