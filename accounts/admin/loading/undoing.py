"""Taking a load back: what goes, what stands in the way, why."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin.loading.forms import UndoForm
from accounts.admin.loading.results import CAN_BE_UNDONE, UNDO
from accounts.admin.loading.steps import RESULT, Steps, page_url, where
from accounts.errors import DomainError
from accounts.loading import uploads
from accounts.loading.undo import preview_undo, undo_load
from accounts.models import LoadBatch


class Undoes(Steps):
    def undo_view(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        if not request.user.has_perm(UNDO):
            raise PermissionDenied
        if batch.status not in CAN_BE_UNDONE:
            return redirect(where(batch))
        form = UndoForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return self.undone(request, batch, form)
        try:
            found = preview_undo(batch=batch, actor=request.user, now=timezone.now())
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)  # type: ignore[attr-defined]
            return redirect(page_url(batch, "result"))
        context = {"batch": batch, "form": form, "found": found, "title": _("Undo this load")}
        return self.step_page(request, "undo", RESULT, 422 if form.errors else 200, **context)

    def undone(self, request: HttpRequest, batch: LoadBatch, form: UndoForm) -> HttpResponse:
        said = {"batch": batch, "reason": form.cleaned_data["reason"], "actor": request.user}
        try:
            undo_load(**said, now=timezone.now())
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)  # type: ignore[attr-defined]
            return redirect(page_url(batch, "undo"))
        uploads.forget(batch)
        uploads.forget_errors(batch)
        self.message_user(request, _("The load is undone."), messages.SUCCESS)  # type: ignore[attr-defined]
        return redirect(page_url(batch, "result"))
