"""What the doctor types about an allergy."""

from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import SEVERAL_IN_A_ROW, part_of_form
from clinical.forms.listed import PastDayField, offering, order_key, version_field, words_field
from clinical.models import Allergy, AllergyReaction
from clinical.models.allergy import SNOMED

# Offered in the box; any other words are taken too.
SUBSTANCES = [
    _("Amoxicillin"),
    _("Aspirin"),
    _("Bee venom"),
    _("Birch pollen"),
    _("Cat hair"),
    _("Cephalosporins"),
    _("Codeine"),
    _("Contrast medium with iodine"),
    _("Cow's milk"),
    _("Crustaceans"),
    _("Diclofenac"),
    _("Egg"),
    _("Fish"),
    _("Grass pollen"),
    _("House dust mite"),
    _("Ibuprofen"),
    _("Latex"),
    _("Macrolides"),
    _("Metamizole"),
    _("Morphine"),
    _("Nickel"),
    _("Paracetamol"),
    _("Peanut"),
    _("Penicillin"),
    _("Plasters"),
    _("Sesame"),
    _("Soya"),
    _("Sulfonamides"),
    _("Tree nuts"),
    _("Wasp venom"),
    _("Wheat"),
]
MANIFESTATIONS = [
    _("Anaphylaxis"),
    _("Breathing trouble"),
    _("Cough"),
    _("Diarrhoea"),
    _("Hives"),
    _("Itching"),
    _("Nausea"),
    _("Rash"),
    _("Runny nose"),
    _("Swelling of the face"),
    _("Vomiting"),
]
REACTIONS = range(1, 4)
SEVERITIES = [("", _("Not known")), *AllergyReaction.Severity.choices]
CERTAINTIES = [choice for choice in Allergy.Verification.choices if choice[0] in ("unconfirmed", "confirmed")]
CODE_HINT = _("The number that SNOMED CT has for the substance, if you know it.")


def manifestation(**options: Any) -> forms.CharField:
    return words_field(label=_("What happened"), max_length=200, widget=offering("manifestations"), **options)


def severity() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("How bad it was"), choices=SEVERITIES, required=False)


class AllergyForm(forms.Form):
    key = order_key()
    display = words_field(
        label=_("Substance"),
        required=_("Write what the patient does not tolerate."),
        max_length=300,
        widget=offering("substances"),
        help_text=_("One substance, or one group of medicines, for example: Penicillin."),
    )
    category = forms.ChoiceField(label=_("Kind"), choices=Allergy.Category.choices)
    criticality = forms.ChoiceField(
        label=_("Danger"), choices=Allergy.Criticality.choices, initial=Allergy.Criticality.UNABLE
    )
    verification = forms.ChoiceField(
        label=_("Certainty"), choices=CERTAINTIES, initial=Allergy.Verification.CONFIRMED
    )
    onset_date = PastDayField(label=_("Since"))
    code = forms.RegexField(
        r"^\d{6,18}$",
        label=_("SNOMED CT code"),
        required=False,
        help_text=CODE_HINT,
        error_messages={"invalid": _("A SNOMED CT code has 6 to 18 digits and nothing else.")},
    )
    substances, manifestations = SUBSTANCES, MANIFESTATIONS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = []
        for number in REACTIONS:
            self.fields[f"manifestation_{number}"] = manifestation()
            self.fields[f"severity_{number}"] = severity()
            rows.append(Div(f"manifestation_{number}", f"severity_{number}", css_class=SEVERAL_IN_A_ROW))
        self.helper = part_of_form(
            "key",
            "display",
            Div("category", "criticality", "verification", css_class=SEVERAL_IN_A_ROW),
            Div("onset_date", "code", css_class=SEVERAL_IN_A_ROW),
            HTML("<h2>{}</h2>".format(_("Reactions"))),
            *rows,
        )

    def clean(self) -> None:
        for number in REACTIONS:
            said = self.cleaned_data.get(f"severity_{number}")
            if said and not self.cleaned_data.get(f"manifestation_{number}"):
                self.add_error(
                    f"manifestation_{number}", _("Write what happened, or choose “Not known” beside it.")
                )

    def facts(self) -> dict[str, Any]:
        """The arguments of `add_allergy` that come from the person."""
        names = ["key", "display", "category", "criticality", "verification", "onset_date", "code"]
        facts = {name: self.cleaned_data[name] for name in names}
        pairs = [
            (self.cleaned_data[f"manifestation_{n}"], self.cleaned_data[f"severity_{n}"]) for n in REACTIONS
        ]
        return facts | {
            "system": SNOMED if facts["code"] else "",
            "reactions": [pair for pair in pairs if pair[0]],
        }


class AllergyChangeForm(forms.ModelForm):
    version = version_field()
    onset_date = PastDayField(label=_("Since"))

    class Meta:
        model = Allergy
        fields = ["clinical_status", "verification", "criticality", "onset_date", "status_reason"]
        labels = {"status_reason": _("Reason")}
        help_texts = {"status_reason": _("Needed when it no longer warns: over, or ruled out.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verification"].choices = [
            choice
            for choice in Allergy.Verification.choices
            if choice[0] != Allergy.Verification.ENTERED_IN_ERROR
        ]
        self.fields["version"].initial = self.instance.version
        self.helper = part_of_form(
            "version",
            Div("clinical_status", "verification", "criticality", css_class=SEVERAL_IN_A_ROW),
            Div("onset_date", "status_reason", css_class=SEVERAL_IN_A_ROW),
        )


class ReactionForm(forms.Form):
    manifestation = manifestation(required=_("Write what happened."))
    severity = severity()
    manifestations = MANIFESTATIONS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = part_of_form(Div("manifestation", "severity", css_class=SEVERAL_IN_A_ROW))
