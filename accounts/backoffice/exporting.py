"""Exports of a list: its columns, its rows, its order, for those who may take data out of the house."""

from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import label_for_field, lookup_field
from django.db.models import Model, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import DomainError
from accounts.services.exports import EXPORT, SHEET_ROWS, TooManyRows, csv_lines, note_export, workbook

AT_ONCE = 2000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Send = Callable[[list[str], Iterator[list[Any]], str], HttpResponse]


class Exports:
    """Adds "Export as CSV" and "Export as XLSX" to the actions of a list."""

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(EXPORT)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)  # type: ignore[misc]
        actions.pop("delete_selected", None)
        if self.has_export_permission(request):
            own = {name: self.get_action(name) for name in ("export_csv", "export_xlsx")}  # type: ignore[attr-defined]
            actions |= own
        return actions

    @admin.action(description=gettext_lazy("Export as CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        def send(header: list[str], rows: Iterator[list[Any]], name: str) -> HttpResponse:
            return StreamingHttpResponse(
                csv_lines(header, rows),
                content_type="text/csv; charset=utf-8",
                headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
            )

        return self.export(request, queryset, "CSV", send)

    @admin.action(description=gettext_lazy("Export as XLSX"), permissions=["export"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        def send(header: list[str], rows: Iterator[list[Any]], name: str) -> HttpResponse:
            file = workbook(header, rows, str(self.opts.verbose_name_plural))  # type: ignore[attr-defined]
            return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)

        return self.export(request, queryset, "XLSX", send)

    def export(self, request: HttpRequest, rows: QuerySet, kind: str, send: Send) -> HttpResponse | None:
        """Noted first, so that a download that breaks off was noted too."""
        number, page = rows.count(), self.get_changelist_instance(request)  # type: ignore[attr-defined]
        columns = [name for name in page.list_display if name != "action_checkbox"]
        try:
            if kind == "XLSX" and number >= SHEET_ROWS:
                raise TooManyRows
            told = f"{kind}. {asked(page, request)}".strip()
            note_export(model=self.model, rows=number, told=told, actor=request.user)  # type: ignore[attr-defined]
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)  # type: ignore[attr-defined]
            return None
        header = [capfirst(str(label_for_field(name, self.model, self))) for name in columns]  # type: ignore[attr-defined]
        found = rows.iterator(chunk_size=AT_ONCE)
        name = f"{self.opts.model_name}-{timezone.localdate():%Y-%m-%d}"  # type: ignore[attr-defined]
        return send(header, ([self.cell(row, name) for name in columns] for row in found), name)

    def cell(self, row: Model, name: str) -> Any:
        """What the list shows in this place, as a value: a link by its words, a choice by its name."""
        field, _attribute, value = lookup_field(name, row, self)
        if field is not None and getattr(field, "flatchoices", None):
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, SafeString):
            return unescape(strip_tags(value))
        return value


def asked(page: Any, request: HttpRequest) -> str:
    """The filters in words. Whom somebody searched for is not told again, and neither are dates of an address."""
    chosen = [
        f"{capfirst(str(spec.title))}: {words}" for spec in page.filter_specs if (words := choice(spec, page))
    ]
    if page.query:
        chosen.append(_("Searched"))
    if request.POST.get("select_across") != "1":
        chosen.append(_("Chosen by hand"))
    return "; ".join(chosen)


def choice(spec: Any, page: Any) -> str:
    """What is chosen in a filter; empty when that is everything, which comes first."""
    _everything, *others = list(spec.choices(page)) or [None]
    return ", ".join(str(one["display"]) for one in others if one["selected"])
