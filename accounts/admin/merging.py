"""Two files of one patient: compare, merge, look at what was merged, undo."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.own_pages import OwnPages
from accounts.backoffice import ReadOnlyAdmin, is_number
from accounts.errors import DomainError, StaleVersion
from accounts.models import Patient, PatientMerge
from accounts.services import merging
from accounts.services.merging import Preview

MERGE = "accounts.merge_patient"


class MergeForm(forms.Form):
    """A choice for each field that differs, and why the two are one person."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    other_version = forms.IntegerField(widget=forms.HiddenInput)
    keeps_account = forms.BooleanField(required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why these two files are one person's"),
        max_length=300,
        error_messages={"required": gettext_lazy("Say how you know that this is one person")},
    )

    def __init__(self, *args: Any, preview: Preview, **kwargs: Any) -> None:
        first, second = preview.versions
        super().__init__(*args, initial={"version": first, "other_version": second}, **kwargs)
        for one in preview.differences:
            values = [("survivor", one.survivor or _("Empty")), ("loser", one.loser or _("Empty"))]
            self.fields[f"value-{one.name}"] = forms.ChoiceField(
                label=one.label, choices=values, initial=one.default, widget=forms.RadioSelect
            )
        words = _("%(email)s belongs to this person: let it open the file that stays")
        self.fields["keeps_account"].label = words % {"email": preview.own_account}
        if not preview.own_account:
            del self.fields["keeps_account"]

    @property
    def values(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("value-")]

    @property
    def choices(self) -> dict[str, str]:
        named = {name: value for name, value in self.cleaned_data.items() if name.startswith("value-")}
        return {name.removeprefix("value-"): value for name, value in named.items()}

    @property
    def versions(self) -> tuple[int, int]:
        return self.cleaned_data["version"], self.cleaned_data["other_version"]


class MergesPatients(OwnPages):
    """Adds "Merge two patients" to the admin of patients."""

    own_pages = {"merge": "merge_view"}

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MERGE)

    @admin.action(description=gettext_lazy("Merge two patients"), permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        chosen = list(queryset.order_by("pk")[:3])
        if len(chosen) != 2:
            self.message_user(request, _("Choose exactly two patients."), messages.ERROR)  # type: ignore[attr-defined]
            return None
        return redirect(merge_url(*chosen))

    def merge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        survivor = self.row_for(request, MERGE, object_id)
        loser = self.other_row(request)
        who_and_when = {"actor": request.user, "now": timezone.now()}
        try:
            preview = merging.preview(survivor=survivor, loser=loser, **who_and_when)
            form = MergeForm(request.POST if request.method == "POST" else None, preview=preview)
            if request.method == "POST" and form.is_valid():
                return self.merged(request, form, preview, who_and_when)
        except StaleVersion:
            raise
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)  # type: ignore[attr-defined]
            return redirect("admin:accounts_patient_changelist")
        return self.ask(request, form, preview)

    def other_row(self, request: HttpRequest) -> Patient:
        """The other file is named beside the address, so that both can change places."""
        key = request.GET.get("other", "")
        row = self.get_object(request, key) if is_number(key) else None  # type: ignore[attr-defined]
        if row is None:
            raise Http404
        return row

    def merged(
        self, request: HttpRequest, form: MergeForm, preview: Preview, who_and_when: Any
    ) -> HttpResponse:
        typed = form.cleaned_data
        done = merging.merge(
            survivor=preview.survivor,
            loser=preview.loser,
            versions=form.versions,
            choices=form.choices,
            reason=typed["reason"],
            keeps_account=typed.get("keeps_account", False),
            **who_and_when,
        )
        words = _("%(loser)s is merged into %(survivor)s.") % {"loser": done.loser, "survivor": done.survivor}
        self.message_user(request, words, messages.SUCCESS)  # type: ignore[attr-defined]
        for kind, clashes in preview.clashes:
            self.message_user(request, f"{kind}: {'; '.join(clashes)}", messages.WARNING)  # type: ignore[attr-defined]
        return redirect("admin:accounts_patient_change", done.survivor_id)

    def ask(self, request: HttpRequest, form: MergeForm, preview: Preview) -> HttpResponse:
        swapped = merge_url(preview.loser, preview.survivor)
        context = {"title": _("Merge two patients"), "preview": preview, "form": form, "swapped_url": swapped}
        return self.own_page(request, "merge", 422 if form.errors else 200, **context)


def merge_url(survivor: Patient, loser: Patient) -> str:
    return f"{reverse('admin:accounts_patient_merge', args=[survivor.pk])}?other={loser.pk}"


def patient_link(patient: Patient) -> str:
    url = reverse("admin:accounts_patient_change", args=[patient.pk])
    return format_html('<a href="{}">{}</a>', url, f"{patient.full_name} ({patient.grouped_mrn})")


@admin.register(PatientMerge)
class PatientMergeAdmin(OwnPages, ReadOnlyAdmin):
    own_pages = {"undo": "undo_view"}
    list_display = ["merged_at", "stays", "merged", "reason", "merged_by", "undone_at"]
    list_select_related = ["survivor", "loser", "merged_by", "undone_by"]
    search_fields = ["survivor__search_name", "survivor__mrn", "loser__search_name", "loser__mrn"]
    fields = ["stays", "merged", "reason", "merged_by", "merged_at", "undone_by", "undone_at"]
    readonly_fields = fields
    change_form_template = "admin/accounts/merge_detail.html"

    @admin.display(description=gettext_lazy("file that stays"))
    def stays(self, merge: PatientMerge) -> str:
        return patient_link(merge.survivor)

    @admin.display(description=gettext_lazy("file that was merged"))
    def merged(self, merge: PatientMerge) -> str:
        return patient_link(merge.loser)

    def undo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        merge = self.row_for(request, MERGE, object_id)
        told = {"merge": merge, "actor": request.user, "now": timezone.now()}
        try:
            if request.method == "POST":
                return self.undone(request, merge, merging.undo(**told))
            found = merging.preview_undo(**told)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:accounts_patientmerge_change", merge.pk)
        return self.own_page(request, "undo_merge", title=_("Undo the merge"), merge=merge, found=found)

    def undone(self, request: HttpRequest, merge: PatientMerge, found: Any) -> HttpResponse:
        words = _("The merge is undone: %(loser)s is a file of its own again.") % {"loser": merge.loser}
        self.message_user(request, words, messages.SUCCESS)
        for kept in found.kept:
            self.message_user(request, kept, messages.WARNING)
        return redirect("admin:accounts_patientmerge_change", merge.pk)
