"""What nurse and doctor type about a vaccination."""

from datetime import datetime
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import SEVERAL_IN_A_ROW, part_of_form
from clinical.forms.listed import PastDayField, offering, order_key, words_field
from clinical.models import Immunization
from clinical.models.immunization import CVX
from clinical.services.listed import midday
from clinical.vaccines import GROUPS, VACCINES
from scheduling.forms.fields import ClockField, DayField

OTHER, ELSEWHERE = "other", "elsewhere"
CHOICES = [
    ("", _("Choose")),
    *((heading, [(one.code, one.name) for one in vaccines]) for heading, vaccines in GROUPS),
    (OTHER, _("Another one: write it beside")),
]
GIVEN = [choice for choice in Immunization.Status.choices if choice[0] != "entered-in-error"]
SITES = [
    _("Left upper arm"),
    _("Right upper arm"),
    _("Left thigh"),
    _("Right thigh"),
    _("Left buttock"),
    _("Right buttock"),
    _("Mouth"),
    _("Nose"),
]
OF_A_DOSE = ["dose_number", "lot_number", "expires_on", "site", "route"]


class ImmunizationForm(forms.ModelForm):
    """`visits` are those in which it may be given; `may_tell_of_elsewhere`: without any visit too."""

    key = order_key()
    encounter = forms.ChoiceField(label=_("Where"))
    vaccine = forms.ChoiceField(
        label=_("Vaccine"), choices=CHOICES, error_messages={"required": _("Choose the vaccine.")}
    )
    display = words_field(label=_("Another vaccine, in words"), max_length=300)
    status = forms.ChoiceField(label=_("Given or not"), choices=GIVEN)
    given_on = PastDayField(
        label=_("Day"),
        required=True,
        initial=timezone.localdate,
        error_messages={"required": _("Enter a day.")},
    )
    given_at = ClockField(label=_("Time"), required=False, help_text=_("Empty means now."))
    expires_on = DayField(label=_("Expires on"), required=False)
    next_due_on = DayField(label=_("Next dose due on"), required=False)
    dose_number = forms.IntegerField(label=_("Dose number"), required=False, min_value=1, max_value=30)

    class Meta:
        model = Immunization
        fields = ["status", "not_done_reason", *OF_A_DOSE, "next_due_on"]
        widgets = {"site": offering("sites")}
        labels = {
            "lot_number": _("Lot number"),
            "site": _("Place on the body"),
            "route": _("How it was given"),
        }

    sites = SITES

    def __init__(self, *args: Any, visits: Any, may_tell_of_elsewhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visits = {str(visit.public_id): visit for visit in visits}
        places = [(name, place(visit)) for name, visit in self.visits.items()]
        if may_tell_of_elsewhere:
            places.append((ELSEWHERE, _("Elsewhere, as the patient's papers say")))
        self.fields["encounter"].choices, self.fields["encounter"].initial = places, places[0][0]
        self.fields["not_done_reason"].choices = [("", _("It was given")), *Immunization.NotDone.choices]
        self.fields["route"].choices = [("", _("Not known")), *Immunization.Route.choices]
        self.helper = part_of_form(
            "key",
            "encounter",
            Div("vaccine", "display", css_class=f"{SEVERAL_IN_A_ROW} halves"),
            Div("status", "not_done_reason", css_class=SEVERAL_IN_A_ROW),
            Div("given_on", "given_at", "dose_number", css_class=SEVERAL_IN_A_ROW),
            Div("lot_number", "expires_on", css_class=SEVERAL_IN_A_ROW),
            Div("site", "route", css_class=SEVERAL_IN_A_ROW),
            "next_due_on",
        )

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        chosen, words = typed.get("vaccine"), typed.get("display")
        if chosen == OTHER and not words:
            self.add_error("display", _("Write which vaccine."))
        elif chosen and chosen != OTHER and words:
            self.add_error("display", _("Leave this empty, or choose “Another one” in the list."))
        if typed.get("status") == Immunization.Status.NOT_DONE and not typed.get("not_done_reason"):
            self.add_error("not_done_reason", _("Say why it was not given."))
        return typed

    def _post_clean(self) -> None:
        """The row is made by its service, which judges it."""

    def facts(self, now: datetime) -> dict[str, Any]:
        """The arguments of `add_immunization` that come from the person."""
        typed = self.cleaned_data
        known, was_given = VACCINES.get(typed["vaccine"]), typed["status"] == Immunization.Status.COMPLETED
        return {name: typed[name] for name in ("key", "status", *OF_A_DOSE, "next_due_on")} | {
            "encounter": self.visits.get(typed["encounter"]),
            "system": CVX if known else "",
            "code": known.code if known else "",
            "display": known.name if known else typed["display"],
            "not_done_reason": "" if was_given else typed["not_done_reason"],
            "happened_at": self.happened_at(now),
        }

    def happened_at(self, now: datetime) -> datetime:
        """Elsewhere only the day is known; here the time, or this moment."""
        day, at = self.cleaned_data["given_on"], self.cleaned_data["given_at"]
        if self.cleaned_data["encounter"] == ELSEWHERE:
            return midday(day, now)
        if at:
            return timezone.make_aware(datetime.combine(day, at))
        return now if day == timezone.localdate(now) else midday(day, now)


def place(visit: Any) -> str:
    day = date_format(timezone.localtime(visit.started_at), "j F Y")
    return _("Here, in the visit of %(day)s, %(doctor)s") % {"day": day, "doctor": visit.doctor}
