"""The set-up as a page of the back office: download it, give a file, look at what would change, apply."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.audit import record_event
from accounts.errors import DomainError
from hospital.setup_file.exporting import export
from hospital.setup_file.reading import LONGEST
from hospital.setup_file.writing import LOAD, Meanwhile, Outcome, apply

UNREADABLE, CONFLICT = 422, 409


class UploadForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Set-up file"))
    removing = forms.BooleanField(
        label=gettext_lazy("Archive or end what is not in the file"), required=False
    )

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file.size > LONGEST:
            raise forms.ValidationError(_("The file is too long to be a set-up."))
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                _("This is not a text in UTF-8. Choose a file that ends in .toml.")
            ) from error


class ApplyForm(forms.Form):
    """What was looked at comes back with the answer: nothing is kept on the server meanwhile."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=LONGEST)
    removing = forms.BooleanField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


def setup_urls(site: AdminSite) -> list[URLPattern]:
    return [
        path("setup/", guarded(site, SetupPage(site)), name="setup"),
        path("setup/file/", guarded(site, download), name="setup_file"),
    ]


def guarded(site: AdminSite, view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    def permitted(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(LOAD):
            raise PermissionDenied
        return view(request)

    page = update_wrapper(site.admin_view(permitted), guarded)
    page.permission, page.admin_site = LOAD, site  # type: ignore[attr-defined]
    return page


def download(request: HttpRequest) -> HttpResponse:
    text = export(today=timezone.localdate(), ids="ids" in request.GET)
    record_event(actor=request.user, action="export", reason="set-up file")
    headers = {"Content-Disposition": 'attachment; filename="setup.toml"'}
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=headers)


class SetupPage:
    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self.page(request, "index", form=UploadForm())
        return self.apply(request) if "seen" in request.POST else self.preview(request)

    def preview(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(request, "index", status=UNREADABLE, form=form)
        return self.changes(request, form.cleaned_data["file"], form.cleaned_data["removing"])

    def apply(self, request: HttpRequest) -> HttpResponse:
        form = ApplyForm(request.POST)
        if not form.is_valid():
            return self.page(request, "index", status=UNREADABLE, form=UploadForm())
        text, removing, seen = (form.cleaned_data[name] for name in ("text", "removing", "seen"))
        try:
            outcome = self.run(request, text, removing, seen=seen)
        except Meanwhile as refusal:
            messages.warning(request, str(refusal))
            return self.changes(request, text, removing, status=CONFLICT)
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return self.changes(request, text, removing, status=CONFLICT)
        if not outcome.is_well:
            return self.shown(request, text, outcome, UNREADABLE)
        tell(request, outcome)
        return redirect(f"{self.site.name}:setup")

    def changes(self, request: HttpRequest, text: str, removing: bool, status: int = 200) -> HttpResponse:
        """Tried out for good and taken back, so that every refusal is seen before anything is written."""
        outcome = self.run(request, text, removing, dry_run=True)
        return self.shown(request, text, outcome, status if outcome.is_well else UNREADABLE)

    def run(self, request: HttpRequest, text: str, removing: bool, **how: Any) -> Outcome:
        actor: Any = request.user
        return apply(text=text, actor=actor, now=timezone.now(), removing=removing, **how)

    def shown(self, request: HttpRequest, text: str, outcome: Outcome, status: int) -> HttpResponse:
        plan = outcome.plan
        steps = [(step, step.words(plan.removing)) for step in plan.shown]
        form = ApplyForm(initial={"text": text, "removing": plan.removing, "seen": plan.fingerprint})
        context = {"plan": plan, "steps": steps, "outside": outcome.outside, "form": form}
        return self.page(request, "changes", status=status, **context)

    def page(self, request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
        titles = {"index": _("Set-up"), "changes": _("What would change")}
        shared = self.site.each_context(request) | {"title": titles[template]}
        return TemplateResponse(request, f"admin/setup/{template}.html", shared | context, status=status)


def tell(request: HttpRequest, outcome: Outcome) -> None:
    number = len(outcome.plan.writes)
    words = ngettext("%(number)d change was made.", "%(number)d changes were made.", number)
    messages.success(request, words % {"number": number})
    if outcome.outside:
        words = ngettext(
            "%(number)d booked visit lies outside the hours and stays.",
            "%(number)d booked visits lie outside the hours and stay.",
            outcome.outside,
        )
        messages.warning(request, words % {"number": outcome.outside})
