"""Results of tests: the list, one result with what may be done about it, each step; and the patient's own page."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import record_event
from accounts.errors import DomainError, StaleVersion
from accounts.models import Patient
from clinical.errors import FlagDoesNotFit, ValueMissing, WrongTime
from clinical.forms.results import CancelTestForm, CorrectForm, OrderForm, ReportForm, VersionForm
from clinical.models import Encounter, LabResult
from clinical.models.lab import REPORTED
from clinical.services.results import (
    ADD,
    CHANGE,
    WITHOUT_RESULT,
    cancel_test,
    correct_result,
    order_test,
    release_result,
    report_result,
    review_result,
)
from clinical.views.chart_pages import ChartForm, ChartPage, MarkInError
from clinical.views.own_lists import OwnList
from clinical.views.paging import ROWS, page_of
from clinical.views.rounds import page_number

SECTION = "clinical:chart-results"
Status, Release = LabResult.Status, LabResult.Release
# The box beside which a refusal stands; all others stand above the form.
BESIDE: dict[type[DomainError], str] = {
    ValueMissing: "value_quantity",
    FlagDoesNotFit: "flag",
    WrongTime: "time",
}


class ChartResults(ChartPage):
    section = SECTION
    template_name = "clinical/result_list.html"

    def patient(self) -> Any:
        user = self.request.user
        own = Patient.objects.visible_to(user, ADD).filter(pk=OuterRef("pk"))
        patients = Patient.objects.visible_to(user, self.permission).annotate(may_order=Exists(own))
        return get_object_or_404(patients, public_id=self.kwargs["public_id"])

    def rows(self, patient: Any) -> dict[str, Any]:
        results = LabResult.objects.visible_to(self.request.user).current().for_chart(patient)
        page = page_of(results, self.request.GET.get("page"))
        return {"page_obj": page, "may_order": patient.may_order}


class ResultDetail(ChartPage):
    section = SECTION
    template_name = "clinical/result_detail.html"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        people = ("recorded_by", "reviewed_by", "corrects", "corrected")
        rows = LabResult.objects.visible_to(request.user).select_related(*people)
        result = get_object_or_404(rows, public_id=public_id)
        patients = Patient.objects.visible_to(request.user, self.permission)
        patient = get_object_or_404(patients, pk=result.patient_id)
        record_event(actor=request.user, action="read", target=result, patient=patient)
        may_change = LabResult.objects.visible_to(request.user, CHANGE).filter(pk=result.pk).exists()
        context = {
            "result": result,
            "earlier": earlier(result),
            "steps": steps(result) if may_change else {},
        }
        return self.show(patient, context)


def earlier(result: LabResult) -> list[LabResult]:
    """The values that were corrected, the newest first; a query for each."""
    found = []
    while result.corrects_id:
        result = LabResult.objects.select_related("recorded_by").get(pk=result.corrects_id)
        found.append(result)
    return found


def is_current(result: LabResult) -> bool:
    """Final, and nothing has taken its place."""
    return result.status in REPORTED and getattr(result, "corrected", None) is None


def steps(result: LabResult) -> dict[str, bool]:
    """What may be done about the result as it stands."""
    is_held = result.released_at is None and result.release_policy != Release.NEVER
    return {
        "report": result.status in WITHOUT_RESULT,
        "cancel": result.status == Status.ORDERED,
        "correct": is_current(result),
        "review": is_current(result) and result.reviewed_at is None,
        "release": is_current(result) and is_held,
        "mark": result.status not in (Status.CANCELLED, Status.ENTERED_IN_ERROR),
    }


class ResultOrder(ChartForm):
    permission = ADD
    section = SECTION
    form_class = OrderForm
    title = _("Order a test")
    action = _("Order test")
    done = _("The test is ordered.")

    def save(self, patient: Patient, form: OrderForm) -> None:
        """The order hangs on the doctor's visit under way, if there is one."""
        visits = Encounter.objects.visible_to(self.request.user, "clinical.write_record").in_progress()
        order_test(
            patient=patient,
            encounter=visits.filter(patient=patient).last(),
            actor=self.request.user,
            now=timezone.now(),
            **form.order(),
        )


class ResultStep(ChartForm):
    """A step about one result; where it no longer makes sense, the result itself is shown.

    Unless something was typed in it, which stands nowhere else.
    """

    permission = CHANGE
    section = SECTION
    step: str

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        if not steps(self.result)[self.step] and self.typing.kept is None:
            return redirect(self.next_url(self.result.patient))
        return super().get(request, public_id)

    @cached_property
    def result(self) -> LabResult:
        rows = LabResult.objects.visible_to(self.request.user, self.permission)
        return get_object_or_404(
            rows.select_related("patient", "corrected"), public_id=self.kwargs["public_id"]
        )

    def patient(self) -> Patient:
        return self.result.patient

    def form(self, patient: Patient, *args: Any, **kwargs: Any) -> Any:
        return self.form_class(*args[:1], result=self.result, **kwargs)

    def saved(self, patient: Patient, form: Any) -> bool:
        try:
            self.save(patient, form)
        except StaleVersion:
            raise
        except DomainError as error:
            form.add_error(BESIDE.get(type(error)), str(error))
            return False
        return True

    def next_url(self, patient: Patient) -> str:
        return reverse("clinical:result-detail", args=[self.result.public_id])

    def show(self, patient: Patient, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return super().show(patient, context | {"result": self.result}, status)

    def asked(self, form: Any) -> dict[str, Any]:
        """What every step tells its service."""
        return {
            "result": self.result,
            "version": form.cleaned_data["version"],
            "actor": self.request.user,
            "now": timezone.now(),
        }


class FindingStep(ResultStep):
    template_name = "clinical/result_form.html"

    def form(self, patient: Patient, *args: Any, **kwargs: Any) -> Any:
        return super().form(patient, *args, now=timezone.now(), **kwargs)


class ResultReport(FindingStep):
    step = "report"
    form_class = ReportForm
    title = _("Enter the result")
    action = _("Save result")
    done = _("The result is saved.")

    def save(self, patient: Patient, form: ReportForm) -> None:
        is_final = form.cleaned_data["is_final"]
        report_result(finding=form.finding(), is_final=is_final, **self.asked(form), **form.release())


class ResultCorrect(FindingStep):
    step = "correct"
    form_class = CorrectForm
    title = _("Correct the result")
    action = _("Save correction")
    done = _("The result is corrected. The value before stays readable for staff.")

    def save(self, patient: Patient, form: CorrectForm) -> None:
        typed = {name: form.cleaned_data[name] for name in ("reason", "key")}
        self.result = correct_result(finding=form.finding(), **self.asked(form), **typed)


class ResultReview(ResultStep):
    step = "review"
    form_class = VersionForm
    title = _("Mark this result as reviewed?")
    action = _("Mark as reviewed")
    done = _("The result is reviewed.")
    template_name = "clinical/result_step.html"

    def save(self, patient: Patient, form: VersionForm) -> None:
        review_result(**self.asked(form))


class ResultRelease(ResultStep):
    step = "release"
    form_class = VersionForm
    title = _("Let the patient read this result now?")
    action = _("Release result")
    done = _("The patient can read the result now.")
    template_name = "clinical/result_step.html"

    def save(self, patient: Patient, form: VersionForm) -> None:
        release_result(**self.asked(form))


class ResultCancel(ResultStep):
    step = "cancel"
    form_class = CancelTestForm
    title = _("Cancel this test?")
    action = _("Cancel test")
    done = _("The test is cancelled.")
    template_name = "clinical/result_step.html"

    def save(self, patient: Patient, form: CancelTestForm) -> None:
        cancel_test(reason=form.cleaned_data["reason"], **self.asked(form))


class ResultInError(MarkInError):
    permission = CHANGE
    section = SECTION
    model = LabResult

    def row(self) -> Any:
        """What was cancelled has no value that could be wrong."""
        row: Any = super().row()
        if row.status == Status.CANCELLED:
            raise Http404
        return row


class OwnResults(OwnList):
    """Released results; of those that wait, the patient learns the day and nothing else."""

    section = "clinical:own-results"
    template_name = "clinical/own_results.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            return super().get(request)
        except Http404:
            return redirect(request.path)

    def rows(self, patient: Patient) -> dict[str, Any]:
        rows = LabResult.objects.kept_for(self.request.user).filter(patient=patient)
        pages = Paginator(rows.order_by("-taken_at", "-pk"), ROWS)
        asked = page_number(self.request.GET.get("page"))
        results = LabResult.objects.filter(patient=patient)
        held = results.filter(results.held_for_patients()).order_by("-taken_at", "-pk")
        return {
            "page": pages.page(asked) if asked <= pages.num_pages else None,
            "waiting": by_day(held.values_list("taken_at", flat=True)[:ROWS]) if asked == 1 else [],
        }

    def around(self, shown: list[dict[str, Any]]) -> dict[str, Any]:
        """One pager for all persons: that of whom there is most."""
        pages = [one["page"] for one in shown if one["page"] is not None]
        if shown and not pages:
            raise Http404
        return {"page_obj": max(pages, key=lambda page: page.paginator.num_pages, default=None)}


def by_day(moments: Iterable[datetime]) -> list[tuple[date, int]]:
    """How many on each day, in the order of the moments."""
    return list(Counter(timezone.localdate(at) for at in moments).items())
