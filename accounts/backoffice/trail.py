"""The page “History” of a row: what the audit says of it, in words, and never a value."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import AuditEvent, LoadBatch
from accounts.roles import Reach, Role, reach

VIEW = "accounts.view_auditevent"
PER_PAGE = 50
# Who looked at a row is the privacy officer's to know.
LOOKING = ["read", "search", "print", "export"]
# What people type as the reason of an act on a chart may be clinical itself.
CLINICAL = "clinical_"
COUNTERS = frozenset({"id", "version"})


class Entry(NamedTuple):
    """One thing that was done to the row."""

    at: Any
    who: str
    role: str
    what: str
    fields: str
    reason: str
    batch: LoadBatch | None


def events_of(row: Model, user: Any) -> QuerySet:
    """For whoever may see the row, the newest first; who merely looked at it is for those who see the whole audit."""
    told = AuditEvent.objects.filter(target_table=row._meta.db_table, target_id=str(row.pk))
    if reach(user, VIEW) is not Reach.ALL:
        told = told.exclude(action__in=LOOKING)
    return told.select_related("actor").order_by("-recorded_at", "-id")


def entries(events: Iterable[AuditEvent], user: Any, model: type[Model]) -> list[Entry]:
    """One query more, for the loads that are named."""
    found = list(events)
    batches = LoadBatch.objects.visible_to(user).in_bulk({event.batch_id for event in found} - {None})
    hides = model._meta.db_table.startswith(CLINICAL) and reach(user, VIEW) is not Reach.ALL
    return [
        Entry(
            at=event.recorded_at,
            who=named(event),
            role=str(Role(event.role).label) if event.role in Role.values else event.role,
            what=event.action_label,
            fields=changed(event, model),
            reason="" if hides else event.reason,
            batch=batches.get(event.batch_id),
        )
        for event in found
    ]


def named(event: AuditEvent) -> str:
    if event.actor is not None:
        return str(event.actor)
    return _("A program of the house") if event.actor_id is None else _("An account that is gone")


def changed(event: AuditEvent, model: type[Model]) -> str:
    """The names of the fields that a change touched; what was added or deleted touched them all."""
    if event.action != "update":
        return ""
    names = {field.column: str(field.verbose_name) for field in model._meta.concrete_fields}
    columns = sorted(set(event.changes or {}) - COUNTERS)
    return ", ".join(names.get(column, column.replace("_", " ")) for column in columns)


class TellsHistory:
    """Adds the page to an admin; Django's own log of the admin is kept by nobody here."""

    object_history_template = "admin/object_history.html"

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_or_change_permission(request, row):  # type: ignore[attr-defined]
            raise PermissionDenied
        pages = self.get_paginator(request, events_of(row, request.user), PER_PAGE)  # type: ignore[attr-defined]
        page = pages.get_page(request.GET.get(PAGE_VAR, 1))
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("History: %s") % row,
            "entries": entries(page.object_list, request.user, type(row)),
            "page": page,
            "page_range": pages.get_elided_page_range(page.number),
            "page_var": PAGE_VAR,
            "module_name": str(capfirst(self.opts.verbose_name_plural)),  # type: ignore[attr-defined]
            "object": row,
            "opts": self.opts,  # type: ignore[attr-defined]
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The triggers have noted it."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """The triggers note it."""
