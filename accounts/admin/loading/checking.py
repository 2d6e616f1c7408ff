"""The third and fourth steps: what a load would do, what is wrong in the file, and the word that lets it begin."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin.loading.forms import ConfirmForm
from accounts.admin.loading.showing import Shown, going
from accounts.admin.loading.steps import BUSY, CHECK, CONFIRM, Steps, has_columns, page_url, where
from accounts.audit import record_event
from accounts.loading import uploads, waiting
from accounts.models import LoadBatch

Status = LoadBatch.Status
COLUMNS = ("row", "column", "value", "reason")


class Checks(Steps):
    def check_view(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        if batch.status in BUSY and batch.progress.get("job") == waiting.CHECK:
            return self.step_page(request, "progress", CHECK, batch=batch, going=going(batch))
        if batch.status != Status.DRAFT:
            return redirect(where(batch))
        if request.method == "POST":
            self.begin(request, batch, waiting.CHECK)
            return self.elsewhere(batch)
        return self.show_check(request, batch)

    def show_check(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        order = request.GET.get("order", "row")
        context: dict[str, Any] = {
            "batch": batch,
            "has_columns": has_columns(batch),
            "shown": Shown(batch, order if order in COLUMNS else "row") if batch.report else None,
            "has_errors": uploads.has_errors(batch),
        }
        return self.step_page(request, "check", CHECK, **context)

    def errors_view(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        """The faulty rows as they stood in the file, each with its reason: to be mended and loaded again."""
        if batch.status in BUSY or not uploads.has_errors(batch):
            raise Http404
        record_event(actor=request.user, action="export", target=batch, reason="faulty rows of a load")
        file, ending = uploads.errors_of(batch)
        return FileResponse(file, as_attachment=True, filename=f"{batch.kind}-errors.{ending}")

    def confirm_view(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        checked = batch.report.get("checked", "")
        if batch.status != Status.DRAFT or not checked:
            return redirect(where(batch))
        shown = Shown(batch)
        form = ConfirmForm(
            request.POST if request.method == "POST" else None,
            faulty=shown.refused,
            initial={"checked": checked},
        )
        if request.method == "POST" and form.is_valid():
            return self.confirmed(request, batch, form)
        context = {"batch": batch, "form": form, "shown": shown}
        return self.step_page(request, "confirm", CONFIRM, 422 if form.errors else 200, **context)

    def confirmed(self, request: HttpRequest, batch: LoadBatch, form: ConfirmForm) -> HttpResponse:
        """Of two presses one begins; of two people only who has seen what is going to be loaded."""
        options = batch.options | {"keep_going": bool(form.cleaned_data.get("keep_going")), "dry_run": False}
        begun = self.begin(
            request, batch, waiting.LOAD, checked=form.cleaned_data["checked"], options=options
        )
        if not begun and LoadBatch.objects.filter(pk=batch.pk, status=Status.DRAFT).exists():
            words = _("The file or its columns were changed since you looked. Look again.")
            self.message_user(request, words, messages.WARNING)  # type: ignore[attr-defined]
        return self.elsewhere(batch)

    def discard_view(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        """A draft that nobody wants any more: the file goes, the row says so."""
        if batch.status != Status.DRAFT:
            return redirect(where(batch))
        if request.method != "POST":
            return self.step_page(request, "discard", CHECK, batch=batch)
        still = LoadBatch.objects.filter(pk=batch.pk, status=Status.DRAFT)
        if still.update(status=Status.REFUSED, finished_at=timezone.now(), report={"refusal": "discarded"}):
            uploads.forget(batch)
            uploads.forget_errors(batch)
        return redirect(page_url(batch, "result"))
