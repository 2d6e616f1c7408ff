"""Weekly hours and exceptions: typed, looked at with what they mean, and only then saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import View

from accounts.errors import Busy, StaleVersion
from accounts.models import Doctor
from scheduling.errors import InTwoPlaces
from scheduling.forms.hours import OverrideForm, PreviewedForm, RuleEndForm, RuleForm, VersionForm
from scheduling.models import Appointment, AppointmentType, AvailabilityOverride, AvailabilityRule
from scheduling.services.hours import (
    PREVIEW_DAYS,
    Entry,
    check_places,
    end_rule,
    preview_change,
    remove_override,
    save_override,
    save_rule,
)
from scheduling.templatetags.hours import hours_words, validity_words, weeks_words
from scheduling.views.days import FreeDay, counted, days_from, in_weeks
from scheduling.views.owners import OwnedPage, doctors_within, schedule_url


@dataclass(frozen=True)
class Meaning:
    """What entries would mean: free starts day by day, and the visits that would be left outside."""

    entry: Entry
    types: Sequence[AppointmentType]
    type: AppointmentType
    weeks: list[list[FreeDay]]
    outside: list[Appointment]


class HoursPage(OwnedPage, View):
    """A page that changes the hours of a doctor who still sees patients."""

    @cached_property
    def doctor(self) -> Doctor:
        rows = doctors_within(self.request.user, self.permission).current()
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def show(self, name: str, status: int = 200, **context: Any) -> HttpResponse:
        context |= {"doctor": self.doctor, "back_url": schedule_url(self.request.user, self.doctor)}
        return render(self.request, f"scheduling/{name}.html", context, status=status)

    def done(self, words: Any) -> HttpResponse:
        messages.success(self.request, words)
        return HttpResponseRedirect(schedule_url(self.request.user, self.doctor))

    def left_outside(self, drops: Sequence[Entry], day: date | None = None) -> list[Appointment]:
        """Visits that would stand outside the hours, were these entries gone."""
        kind = AppointmentType.objects.first()
        if kind is None:
            return []
        return preview_change(doctor=self.doctor, type=kind, now=self.now, drops=drops, day=day).outside


class PreviewPage(HoursPage):
    """Two steps with one form: the first POST shows what the entries mean, the one with `save` saves them."""

    template = ""
    title: Any

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        return self.look(self.form())

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.look(form, status=422)
        try:
            if "save" in request.POST and form.was_seen:
                return self.save(form)
            return self.look(form, self.preview(form))
        except InTwoPlaces as error:
            form.add_error("location", str(error))
            return self.look(form, status=422)
        except Busy as error:
            form.add_error(None, str(error))
            return self.look(form, status=503)

    def look(self, form: PreviewedForm, meaning: Meaning | None = None, status: int = 200) -> HttpResponse:
        is_changed = meaning is not None and "save" in self.request.POST
        context = {"form": form, "meaning": meaning, "title": self.title, "is_changed": is_changed}
        return self.show(self.template, status, **context)

    def form(self, data: Any = None) -> PreviewedForm:
        raise NotImplementedError

    def preview(self, form: PreviewedForm) -> Meaning:
        raise NotImplementedError

    def save(self, form: PreviewedForm) -> HttpResponse:
        raise NotImplementedError

    def meaning(
        self,
        form: PreviewedForm,
        day: date,
        types: Sequence[AppointmentType] = (),
        drops: Sequence[Entry] = (),
    ) -> Meaning:
        """The 14 days from the first on which the entries hold."""
        entry, kind = form.instance, form.cleaned_data["type"]
        ids = frozenset(type.pk for type in types)
        check_places(self.doctor, entry, drops, ids)
        seen = preview_change(
            doctor=self.doctor, type=kind, now=self.now, adds=[entry], drops=drops, type_ids=ids, day=day
        )
        days = counted(seen.slots, days_from(max(day, self.today), PREVIEW_DAYS), self.zone)
        return Meaning(entry, types, kind, in_weeks(days), seen.outside)


class RuleAdd(PreviewPage):
    permission = "scheduling.add_availabilityrule"
    template = "rule_form"
    title = gettext_lazy("Add weekly hours")

    def form(self, data: Any = None) -> RuleForm:
        new = AvailabilityRule(doctor=self.doctor)
        return RuleForm(data, instance=new, initial=self.initial(), today=self.today)

    def initial(self) -> dict[str, Any]:
        return {
            "valid_from": self.today,
            "location": self.doctor.location,
            "department": self.doctor.department,
        }

    def preview(self, form: RuleForm) -> Meaning:
        day, types = form.cleaned_data["valid_from"], list(form.cleaned_data["types"])
        return self.meaning(form, day, types, self.replaced)

    @property
    def replaced(self) -> list[AvailabilityRule]:
        return []

    def save(self, form: RuleForm) -> HttpResponse:
        types = form.cleaned_data["types"]
        save_rule(rule=form.instance, types=types, actor=self.request.user)
        return self.done(_("The hours are saved."))


class RuleChange(RuleAdd):
    """New hours take the place of the old from a day on; until then the old ones hold."""

    permission = "scheduling.change_availabilityrule"
    title = gettext_lazy("Change weekly hours")

    @cached_property
    def rule(self) -> AvailabilityRule:
        rows = AvailabilityRule.objects.with_places().select_related("doctor__location")
        return self.visible(rows, public_id=self.kwargs["public_id"], doctor__archived_at=None)

    @cached_property
    def doctor(self) -> Doctor:
        return self.rule.doctor

    def initial(self) -> dict[str, Any]:
        rule = self.rule
        names = ["weekday", "start_time", "end_time", "location", "department"]
        lasting = ["valid_until", "every_weeks", "anchor_date", "version"]
        return {name: getattr(rule, name) for name in [*names, *lasting]} | {
            "types": list(rule.types.all()),
            "valid_from": max(self.today, rule.valid_from or self.today),
        }

    @property
    def replaced(self) -> list[AvailabilityRule]:
        return [self.rule]

    def save(self, form: RuleForm) -> HttpResponse:
        version, types = form.cleaned_data["version"] or 0, form.cleaned_data["types"]
        try:
            save_rule(
                rule=form.instance, types=types, actor=self.request.user, replaces=self.rule, version=version
            )
        except StaleVersion as error:
            typed, stands = words(form.instance, types), words(self.rule, self.rule.types.all())
            raise StaleVersion(rows=[(_("Weekly hours"), typed, stands)]) from error
        return self.done(_("The hours are saved."))


class RuleEnd(RuleChange):
    """GET says what would happen from the chosen day on; POST does it."""

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        first = max(self.today, self.rule.valid_from or self.today)
        given = {"day": request.GET.get("day", first), "version": self.rule.version}
        form = RuleEndForm(given, today=self.today)
        return self.ask(form, status=200 if form.is_valid() else 422)

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        form = RuleEndForm(request.POST, today=self.today)
        if not form.is_valid():
            return self.ask(form, status=422)
        day, version = form.cleaned_data["day"], form.cleaned_data["version"]
        if self.rule.valid_until != day - timedelta(days=1):
            try:
                end_rule(rule=self.rule, day=day, version=version, actor=request.user)
            except Busy as error:
                form.add_error(None, str(error))
                return self.ask(form, status=503)
        return self.done(_("The hours end. Visits already booked stay as they are."))

    def ask(self, form: RuleEndForm, status: int) -> HttpResponse:
        outside = self.left_outside([self.rule], form.cleaned_data["day"]) if form.is_valid() else []
        return self.show("rule_end", status, form=form, rule=self.rule, outside=outside)


class OverrideAdd(PreviewPage):
    permission = "scheduling.add_availabilityoverride"
    template = "override_form"
    title = gettext_lazy("Change a single day")

    def form(self, data: Any = None) -> OverrideForm:
        new = AvailabilityOverride(doctor=self.doctor)
        usual = {
            "kind": AvailabilityOverride.Kind.CLOSE,
            "location": self.doctor.location,
            "department": self.doctor.department,
        }
        return OverrideForm(data, instance=new, initial=usual, today=self.today)

    def preview(self, form: OverrideForm) -> Meaning:
        return self.meaning(form, form.cleaned_data["date"])

    def save(self, form: OverrideForm) -> HttpResponse:
        save_override(override=form.instance, actor=self.request.user)
        return self.done(_("The day is saved."))


class OverrideRemove(HoursPage):
    permission = "scheduling.delete_availabilityoverride"

    @cached_property
    def override(self) -> AvailabilityOverride:
        rows = AvailabilityOverride.objects.with_places().select_related("doctor__location")
        return self.visible(rows, public_id=self.kwargs["public_id"])

    @cached_property
    def doctor(self) -> Doctor:
        return self.override.doctor

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        return self.ask(VersionForm(initial={"version": self.override.version}))

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        form = VersionForm(request.POST)
        if not form.is_valid():
            return self.ask(form, status=422)
        try:
            version = form.cleaned_data["version"]
            remove_override(override=self.override, version=version, actor=request.user)
        except Busy as error:
            form.add_error(None, str(error))
            return self.ask(form, status=503)
        return self.done(_("The exception is removed. The weekly hours hold on that day."))

    def ask(self, form: VersionForm, status: int = 200) -> HttpResponse:
        outside = self.left_outside([self.override])
        return self.show("override_remove", status, form=form, override=self.override, outside=outside)


def words(rule: AvailabilityRule, types: Sequence[AppointmentType]) -> str:
    """A rule as one reads it aloud."""
    kinds = ", ".join(kind.name for kind in types) or _("all kinds of visit")
    facts = [rule.get_weekday_display(), hours_words(rule), rule.location.name]
    more = [validity_words(rule), weeks_words(rule), kinds]
    return ", ".join(str(fact) for fact in [*facts, *more] if fact)
