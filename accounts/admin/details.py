"""Changes of details that patients ask for: the desk looks at each field and accepts it, refuses it or leaves it."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin.merging import patient_link
from accounts.admin.own_pages import OwnPages
from accounts.backoffice import ReadOnlyAdmin, is_number
from accounts.errors import DomainError, StaleVersion
from accounts.models import DetailsChange, Patient
from accounts.models.details_change import as_shown
from accounts.services.details import DECIDE, Verdict, held, review

VIEW = "accounts.view_detailschange"
ACCEPT, REJECT, LATER = "accept", "reject", "later"
CHOICES = [
    (ACCEPT, gettext_lazy("Accept")),
    (REJECT, gettext_lazy("Refuse")),
    (LATER, gettext_lazy("Decide later")),
]
# How the form names the box of a wish.
DECISION = re.compile(r"decision-(\d+)")


class Question(NamedTuple):
    """A wish beside what stands on the file at this moment, and the boxes to answer in."""

    change: DetailsChange
    stands: str
    has_moved: bool
    stands_already: bool
    decision: Any
    reason: Any


class ReviewForm(forms.Form):
    """One decision a wish; what is refused says why."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, patient: Patient, changes: Sequence[DetailsChange], **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": patient.version}, **kwargs)
        self.patient, self.changes = patient, changes
        for change in changes:
            label = change.get_field_display()
            self.fields[f"decision-{change.pk}"] = forms.ChoiceField(
                label=label, choices=CHOICES, initial=LATER, widget=forms.RadioSelect
            )
            words = _("Why %(field)s is not changed (the patient reads this)") % {"field": label.lower()}
            self.fields[f"reason-{change.pk}"] = forms.CharField(label=words, max_length=300, required=False)

    def clean(self) -> None:
        for change in self.changes:
            refused = self.cleaned_data.get(f"decision-{change.pk}") == REJECT
            if refused and not self.cleaned_data.get(f"reason-{change.pk}"):
                self.add_error(f"reason-{change.pk}", _("Say why it is refused"))
        if not self.errors and not self.verdicts():
            raise ValidationError(_("Accept or refuse at least one, or leave the page"))

    def verdicts(self) -> dict[int, Verdict]:
        decisions = {change.pk: self.cleaned_data[f"decision-{change.pk}"] for change in self.changes}
        return {
            pk: Verdict(decision == ACCEPT, self.cleaned_data[f"reason-{pk}"])
            for pk, decision in decisions.items()
            if decision != LATER
        }

    def questions(self) -> Iterable[Question]:
        for change in self.changes:
            stands = held(self.patient, change.field)
            yield Question(
                change,
                stands=as_shown(change.field, stands),
                has_moved=stands != change.old,
                stands_already=stands == change.wanted,
                decision=self[f"decision-{change.pk}"],
                reason=self[f"reason-{change.pk}"],
            )


@admin.register(DetailsChange)
class DetailsChangeAdmin(OwnPages, ReadOnlyAdmin):
    list_display = ["field", "person", "before", "after", "requested_by", "happened_at", "status"]
    fields = ["field", "person", "before", "after", "requested_by", "happened_at", "status", "reason"]
    list_filter = ["status", "field"]
    list_select_related = ["patient", "requested_by"]
    search_fields = ["patient__search_name", "patient__mrn"]
    search_help_text = gettext_lazy("Part of the name, or the record number")

    @admin.display(description=gettext_lazy("patient"), ordering="patient__search_name")
    def person(self, change: DetailsChange) -> str:
        return patient_link(change.patient)

    @admin.display(description=gettext_lazy("as the patient saw it"), empty_value="–")
    def before(self, change: DetailsChange) -> str:
        return change.old_shown

    @admin.display(description=gettext_lazy("as it should be"), empty_value="–")
    def after(self, change: DetailsChange) -> str:
        return change.wanted_shown

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """All that waits for this patient, or what was decided about this one wish."""
        change = self.row_for(request, VIEW, object_id)
        if request.method == "POST":
            return self.decide(request, change)
        changes = list(change.patient.details_changes.open().select_related("requested_by"))
        may = request.user.has_perm(DECIDE)
        form = ReviewForm(patient=change.patient, changes=changes) if changes and may else None
        return self.ask(request, change, form)

    def decide(self, request: HttpRequest, change: DetailsChange) -> HttpResponse:
        if not request.user.has_perm(DECIDE):
            raise PermissionDenied
        form = ReviewForm(request.POST, patient=change.patient, changes=named(request, change.patient))
        if form.is_valid():
            try:
                return self.decided(request, form)
            except StaleVersion:
                raise
            except DomainError as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
                return redirect("admin:accounts_detailschange_change", change.pk)
            except ValidationError as refusal:
                form.add_error(None, refusal.messages)  # type: ignore[arg-type]
        return self.ask(request, change, form)

    def decided(self, request: HttpRequest, form: ReviewForm) -> HttpResponse:
        verdicts, typed = form.verdicts(), form.cleaned_data
        who_and_when = {"actor": request.user, "now": timezone.now()}
        twins = review(patient=form.patient, version=typed["version"], verdicts=verdicts, **who_and_when)
        words = ngettext(
            "%(n)d detail of %(name)s is decided.", "%(n)d details of %(name)s are decided.", len(verdicts)
        )
        self.message_user(request, words % {"n": len(verdicts), "name": form.patient}, messages.SUCCESS)
        if twins:
            words = _("Somebody else looks like the same person now. Compare them under “Possible twins”.")
            self.message_user(request, words, messages.WARNING)
        return redirect(f"{reverse('admin:accounts_detailschange_changelist')}?status__exact=requested")

    def ask(self, request: HttpRequest, change: DetailsChange, form: ReviewForm | None) -> HttpResponse:
        status = 422 if form and form.errors else 200
        context = {"title": _("Review changes of details"), "change": change, "form": form}
        return self.own_page(request, "details_review", status, **context)


def named(request: HttpRequest, patient: Patient) -> list[DetailsChange]:
    """The wishes that the page showed: one that was decided or replaced meanwhile is refused by name."""
    keys = [found[1] for name in request.POST if (found := DECISION.fullmatch(name))]
    rows = patient.details_changes.filter(pk__in=[key for key in keys if is_number(key)])
    return list(rows.order_by("happened_at", "pk"))
