"""What the five steps of a load share: their addresses by public id, where a batch stands, the page round each."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.loading.forms import label_of
from accounts.admin.own_pages import OwnPages
from accounts.loading import running, uploads, waiting
from accounts.models import LoadBatch

Status = LoadBatch.Status
LIST = "admin:accounts_loadbatch_changelist"
STEPS = [_("Choose the file"), _("Match the columns"), _("Dry run"), _("Confirm"), _("Result")]
UPLOAD, COLUMNS, CHECK, CONFIRM, RESULT = range(1, 6)
BUSY = (Status.WAITING, Status.RUNNING)


class Step(NamedTuple):
    number: int
    name: Any
    state: str


class Steps(OwnPages):
    """`step_pages` names the pages of a batch, and `own_addresses` those of none: address and method."""

    step_pages: dict[str, str] = {}
    own_addresses: dict[str, str] = {}

    def get_urls(self) -> list[URLPattern]:
        pages = {end: f"<uuid:public_id>/{end}/" for end in self.step_pages}
        pages |= {end: f"{end}/" for end in self.own_addresses}
        views = self.step_pages | self.own_addresses
        own = [
            path(
                route, self.wrapped(self.guarded(getattr(self, views[end]))), name=f"accounts_loadbatch_{end}"
            )
            for end, route in pages.items()
        ]
        return [*own, *super().get_urls()]

    def guarded(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """The role first: 403 for any id. Loading is asked of every page; undoing asks for its own right besides."""

        def page(request: HttpRequest, public_id: UUID | None = None) -> HttpResponse:
            if not request.user.has_perm(waiting.LOAD_DATA):
                raise PermissionDenied
            return view(request) if public_id is None else view(request, self.batch_for(request, public_id))

        page.__name__ = view.__name__
        return page

    def batch_for(self, request: HttpRequest, public_id: UUID) -> LoadBatch:
        batch = self.get_queryset(request).select_related("actor").filter(public_id=public_id).first()  # type: ignore[attr-defined]
        if batch is None:
            raise Http404
        return batch

    def step_page(
        self, request: HttpRequest, name: str, number: int, status: int = 200, **context: Any
    ) -> HttpResponse:
        batch = context.get("batch")
        layout = uploads.layout_of(batch) if batch else None
        own = (layout.keys, layout.system) if layout else ()
        shared = self.admin_site.each_context(request) | {  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "number": number,
            "title": STEPS[number - 1],
            "steps": steps(number),
            "layout_label": label_of(layout, batch.kind) if batch else "",
            "came_from": batch.system if batch and batch.system not in own else "",
        }
        return TemplateResponse(request, f"admin/loading/{name}.html", shared | context, status=status)

    def begin(self, request: HttpRequest, batch: LoadBatch, job: str, **fields: Any) -> bool:
        """Ask for the work; what is small is done at once. False when the batch is not as it was shown."""
        asked = waiting.ask(batch, job, actor=request.user, now=timezone.now(), **fields)
        if asked and uploads.is_small(batch) and (claim := waiting.claim(timezone.now(), batch)):
            running.perform(claim)
        return asked

    def elsewhere(self, batch: LoadBatch) -> HttpResponse:
        """To the step at which the batch stands by now."""
        return redirect(where(LoadBatch.objects.get(pk=batch.pk)))


def steps(current: int) -> list[Step]:
    def state(number: int) -> str:
        return "now" if number == current else "done" if number < current else "ahead"

    return [Step(number, name, state(number)) for number, name in enumerate(STEPS, start=1)]


def page_url(batch: LoadBatch, page: str) -> str:
    return reverse(f"admin:accounts_loadbatch_{page}", args=[batch.public_id])


def where(batch: LoadBatch) -> str:
    """The page that goes on with this batch, or shows what became of it."""
    if batch.status in BUSY:
        return page_url(batch, "check" if batch.progress.get("job") == waiting.CHECK else "result")
    if batch.status != Status.DRAFT:
        return page_url(batch, "result")
    return page_url(batch, "check" if batch.report or not has_columns(batch) else "columns")


def has_columns(batch: LoadBatch) -> bool:
    """Whether somebody has to say which column is which: archives and FHIR have names of their own."""
    layout = uploads.layout_of(batch)
    return bool(layout and layout.is_single and not layout.opener)


def amend(batch: LoadBatch, **fields: Any) -> bool:
    """A draft takes what was said, and what was found out before counts no more; False when it is no draft now."""
    still = LoadBatch.objects.filter(pk=batch.pk, status=Status.DRAFT)
    return bool(still.update(report={}, counts={}, progress={}, **fields))
