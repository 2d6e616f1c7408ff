"""The first step: a file, what it holds, and how it is to be read."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.admin.loading.forms import UploadForm, label_of
from accounts.admin.loading.steps import UPLOAD, Steps, amend, has_columns, page_url, where
from accounts.errors import DomainError
from accounts.loading import uploads
from accounts.loading.options import Options
from accounts.loading.registry import LAYOUTS, Layout
from accounts.loading.templates import sample_csv
from accounts.models import LoadBatch
from accounts.services.exports import BOM

Status = LoadBatch.Status
MOST_COLUMNS = 300


class Uploads(Steps):
    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.guarded(self.new_upload_view)(request)

    def new_upload_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self.ask_file(request, UploadForm(initial={"kind": request.GET.get("kind", "")}))
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.ask_file(request, form)
        key = form.cleaned_data["key"] or form.fields["key"].initial()  # type: ignore[operator]
        pressed_before = LoadBatch.objects.filter(public_id=key).first()
        if pressed_before:
            return redirect(where(pressed_before))
        batch = LoadBatch(public_id=key, status=Status.DRAFT, started_at=self.now())
        return self.taken(request, form, batch)

    def upload_view(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        """The same step again: another file, or another way to read it."""
        if batch.status != Status.DRAFT:
            return redirect(where(batch))
        if request.method != "POST":
            return self.ask_file(request, UploadForm(has_file=True, initial=said(batch)), batch=batch)
        form = UploadForm(request.POST, request.FILES, has_file=True)
        if not form.is_valid():
            return self.ask_file(request, form, batch=batch)
        return self.taken(request, form, batch)

    def taken(self, request: HttpRequest, form: UploadForm, batch: LoadBatch) -> HttpResponse:
        """Kept, looked at, and thrown away at once when nobody could read it: the form comes back with the reason."""
        is_new, before = batch.pk is None, batch.file.name if batch.file else ""
        upload, layout = form.cleaned_data["file"], LAYOUTS[form.cleaned_data["kind"]]
        self.described(batch, form, layout)
        if upload:
            batch.file, batch.source = uploads.keep(upload, batch.public_id), upload.name[-300:]
        batch.actor = request.user
        try:
            batch.digest = looked_at(batch, layout)
        except (DomainError, OSError) as refusal:
            if upload:
                batch.file.storage.delete(batch.file.name)
            form.add_error("file", str(refusal))
            return self.ask_file(request, form, batch=None if is_new else batch)
        kept = self.saved(batch, is_new)
        self.tidied(batch, before, kept=kept, is_new_file=bool(upload))
        if not kept:
            return self.elsewhere(LoadBatch.objects.get(public_id=batch.public_id))
        return self.onwards(request, batch)

    @staticmethod
    def described(batch: LoadBatch, form: UploadForm, layout: Layout) -> None:
        """The columns that were matched stay, as long as it is the same kind of file."""
        before = uploads.mapping_of(batch) if batch.kind == layout.system else uploads.Mapping()
        batch.kind, batch.system = layout.system, form.cleaned_data["system"].strip()
        batch.options = form.options(before).as_json()

    @staticmethod
    def saved(batch: LoadBatch, is_new: bool) -> bool:
        """False when the same form was pressed twice at once, or somebody went on with the draft meanwhile."""
        if not is_new:
            names = ("kind", "system", "options", "file", "source", "digest", "actor")
            return amend(batch, **{name: getattr(batch, name) for name in names})
        try:
            with transaction.atomic():
                batch.save()
        except IntegrityError:
            return False
        return True

    @staticmethod
    def tidied(batch: LoadBatch, before: str, *, kept: bool, is_new_file: bool) -> None:
        """Of two files one stays: the new one, if the draft has taken it."""
        unwanted = before if kept else str(batch.file.name)
        if is_new_file and unwanted:
            batch.file.storage.delete(unwanted)
        uploads.forget_errors(batch)

    def onwards(self, request: HttpRequest, batch: LoadBatch) -> HttpResponse:
        if has_columns(batch):
            return redirect(page_url(batch, "columns"))
        self.begin(request, LoadBatch.objects.get(pk=batch.pk), "check")
        return redirect(page_url(batch, "check"))

    def ask_file(
        self, request: HttpRequest, form: UploadForm, batch: LoadBatch | None = None
    ) -> HttpResponse:
        templates = [(label_of(layout), name) for name, layout in LAYOUTS.items() if has_sample(layout)]
        context = {"form": form, "templates": sorted(templates), "batch": batch}
        return self.step_page(request, "upload", UPLOAD, 422 if form.errors else 200, **context)

    def template_view(self, request: HttpRequest) -> HttpResponse:
        """A file that shows how rows look, to be filled in with a spreadsheet."""
        layout = LAYOUTS.get(request.GET.get("kind", ""))
        if layout is None or not has_sample(layout):
            raise Http404
        answer = HttpResponse(BOM + sample_csv(layout), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{layout.system}.csv"'
        return answer


def has_sample(layout: Layout) -> bool:
    return layout.is_single and any(kind.samples for kind in layout.of_table())


def looked_at(batch: LoadBatch, layout: Layout) -> str:
    """The digest of a file that can be read; raises DomainError in words for one that cannot.

    What takes long to open is opened by the dry run.
    """
    if layout.opener and not uploads.is_small(batch):
        return ""
    with uploads.opened(batch, layout) as source:
        if not layout.opener and layout.needed not in source.names:
            words = _("This does not hold %(needed)s. It holds: %(names)s.")
            raise DomainError(
                words % {"needed": layout.needed, "names": ", ".join(sorted(source.names)[:20])}
            )
        if layout.is_single and not layout.opener:
            ask_few_columns(uploads.header_of(batch, layout))
        return source.digest()


def ask_few_columns(header: list[str]) -> None:
    if len(header) > MOST_COLUMNS:
        words = _("The file has %(number)d columns; at most %(most)d can be matched here.")
        raise DomainError(words % {"number": len(header), "most": MOST_COLUMNS})


def said(batch: LoadBatch) -> dict[str, Any]:
    """What the form shows of a draft that was made before."""
    options: Options = uploads.options_of(batch)
    mapping = uploads.mapping_of(batch)
    reading = {name: getattr(mapping, name) for name in ("encoding", "delimiter", "sheet")}
    return {"kind": batch.kind, **vars(options), **reading, "mapping": None}
