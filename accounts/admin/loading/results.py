"""The last step: how far a load is, and what it did."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.admin.loading.showing import Shown, going
from accounts.admin.loading.steps import BUSY, RESULT, Steps, where
from accounts.loading import uploads, waiting
from accounts.models import LoadBatch

Status = LoadBatch.Status
UNDO = "accounts.undo_load"
CAN_BE_UNDONE = (Status.FINISHED, Status.STOPPED)


class Results(Steps):
    def result_view(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        if batch.status in BUSY and batch.progress.get("job") != waiting.CHECK:
            return self.step_page(request, "progress", RESULT, batch=batch, going=going(batch))
        if batch.status in (*BUSY, Status.DRAFT):
            return redirect(where(batch))
        if request.method == "POST" and batch.status == Status.STOPPED:
            self.begin(request, batch, waiting.LOAD)
            return self.elsewhere(batch)
        return self.show_result(request, batch)

    def show_result(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        context: dict[str, Any] = {
            "batch": batch,
            "shown": Shown(batch),
            "has_errors": uploads.has_errors(batch),
            "loaded_url": loaded_url(request, batch),
            "may_undo": batch.status in CAN_BE_UNDONE and request.user.has_perm(UNDO),
            "can_go_on": batch.status == Status.STOPPED and bool(batch.file),
        }
        return self.step_page(request, "result", RESULT, **context)


def loaded_url(request: HttpRequest, batch: LoadBatch) -> str:
    """The list of what came with the batch, for those who may see it."""
    if not request.user.has_perm("accounts.view_sourcereference"):
        return ""
    if not batch.references.exists():  # type: ignore[attr-defined]
        return ""
    return f"{reverse('admin:accounts_sourcereference_changelist')}?batch__id__exact={batch.pk}"
