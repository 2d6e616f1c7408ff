"""The second step: which column of the file is which of ours."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.admin.loading.forms import ColumnsForm
from accounts.admin.loading.steps import COLUMNS, Steps, amend, has_columns, page_url, where
from accounts.errors import DomainError
from accounts.loading import uploads
from accounts.loading.headings import spelt
from accounts.loading.registry import Layout
from accounts.models import LoadBatch

Status = LoadBatch.Status
SHOWN_ROWS, SHOWN_LETTERS = 3, 60


class Columns(Steps):
    def columns_view(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        layout = uploads.layout_of(batch)
        if batch.status != Status.DRAFT or layout is None or not has_columns(batch):
            return redirect(where(batch))
        try:
            seen = Seen(batch, layout)
        except (DomainError, OSError):
            return redirect(page_url(batch, "upload"))
        form = ColumnsForm(
            request.POST if request.method == "POST" else None,
            layout=layout,
            header=seen.header,
            mapping=uploads.mapping_of(batch),
        )
        if request.method == "POST" and form.is_valid():
            return self.matched(request, batch, form)
        return self.ask_columns(request, batch, form, seen)

    def matched(self, request: HttpRequest, batch: LoadBatch, form: ColumnsForm) -> HttpResponse:
        """What was typed is kept with the batch, and the file is judged at once."""
        mapping = form.mapping
        options = batch.options | {"mapping": mapping.as_json(), "time_zone": mapping.time_zone}
        if amend(batch, options=options):
            self.begin(request, LoadBatch.objects.get(pk=batch.pk), "check")
        return self.elsewhere(batch)

    def ask_columns(
        self, request: HttpRequest, batch: LoadBatch, form: ColumnsForm, seen: "Seen"
    ) -> HttpResponse:
        chosen = {form[f"column-{column.name}"].value() for column in form.columns}
        unread = [name for name in seen.header if name and spelt(name) not in chosen]
        context = {
            "batch": batch,
            "form": form,
            "seen": seen,
            "unread": unread,
            "has_dates": bool(form.dates),
        }
        return self.step_page(request, "columns", COLUMNS, 422 if form.errors else 200, **context)


class Seen:
    """The file's header, its first values, and how it was read."""

    def __init__(self, batch: LoadBatch, layout: Layout) -> None:
        with uploads.mapped(batch, layout) as mapped:
            source = mapped.source
            names = list(source.names)
            table = source.open(layout.needed if layout.needed in names else names[0])
            self.header = list(table.header)
            self.reading = [*source.told, _("Columns: %(number)d") % {"number": len(self.header)}]
            self.rows = self._first(table)

    def _first(self, table: Any) -> list[list[str]]:
        found: list[list[str]] = []
        for record in table.records():
            if not record.problem:
                found.append(record.cells)
            if len(found) >= SHOWN_ROWS:
                break
        return found

    @property
    def columns(self) -> list[tuple[str, list[str]]]:
        """Each column that has a name, with what stands in it first."""
        return [
            (name, [shortened(row[index]) for row in self.rows if row[index].strip()])
            for index, name in enumerate(self.header)
            if name
        ]


def shortened(text: str) -> str:
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]}…"
