"""The shape of what people tell about themselves."""

from collections.abc import Mapping
from typing import Any

import phonenumbers
from allauth.account import forms as allauth
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import to_python

from accounts.fields import BirthDateField
from accounts.models import Gender, Patient, User
from accounts.models.details_change import LONGEST, as_shown, as_text, as_value
from accounts.services.details import Wish, shown_to

BIRTH_DATE_HELP = _("So that we do not take you for someone else, like 27 3 1987")
DETAILS_SALT = "accounts.details"
PASSWORD_HELP = _("At least 12 characters. Three or four words are strong and easy to remember.")
NO_SUCH_PHONE = format_lazy(
    _("Enter a phone number that can be called, like {example}"),
    example=to_python(phonenumbers.example_number(settings.PHONENUMBER_DEFAULT_REGION)).as_international,
)


class NameField(forms.CharField):
    """A name that is too long is told so, and not cut off unseen while it is pasted."""

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        attrs = {"autocomplete": autocomplete, "spellcheck": "false"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


MISSING = {
    "login": _("Enter your e-mail address"),
    "email": _("Enter your e-mail address"),
    "password": _("Enter your password"),
    "password1": _("Enter a password of at least 12 characters"),
}


class PlainWords:
    """allauth's forms in the site's words: one name for the address, and no hint that vanishes while typing."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in ("login", "email"):
                field.label = _("E-mail address")
            if name in MISSING:
                field.error_messages["required"] = MISSING[name]


class LoginForm(PlainWords, allauth.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # So that what keeps passwords knows which one belongs here.
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ResetPasswordForm(PlainWords, allauth.ResetPasswordForm):
    pass


class AddEmailForm(PlainWords, allauth.AddEmailForm):
    pass


class SignupForm(PlainWords, allauth.SignupForm):
    """Who signs up and why we ask; everything else about the account is the server's to say."""

    given_name = NameField(
        label=_("Given name"),
        help_text=_("As it should stand on your record"),
        autocomplete="given-name",
        error_messages={"required": _("Enter your given name")},
    )
    family_name = NameField(
        label=_("Family name"),
        required=False,
        help_text=_("Leave it empty if you have only one name"),
        autocomplete="family-name",
    )
    birth_date = BirthDateField(help_text=BIRTH_DATE_HELP)
    field_order = ["given_name", "family_name", "email", "birth_date", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("We send a link to it, and you sign in with it")
        self.fields["email"].validators.append(MaxLengthValidator(254))
        self.fields["password1"].help_text = PASSWORD_HELP
        for name in ("email", "password1"):
            self.fields[name].widget.attrs.pop("maxlength", None)

    def try_save(self, request: HttpRequest) -> Any:
        """Two sign-ups with one address at the same moment: the second is told what a later one would be."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            if not User.objects.filter(email=self.cleaned_data["email"]).exists():
                raise
            self.account_already_exists = True
            return super().try_save(request)


class RegistrationForm(forms.Form):
    """The second step: what the first did not ask, or what an account made by others does not have."""

    birth_date = BirthDateField(help_text=BIRTH_DATE_HELP)
    gender = forms.ChoiceField(
        label=_("Sex"),
        choices=Gender.choices,
        widget=forms.RadioSelect,
        help_text=_("Some tests and doses depend on it"),
        error_messages={"required": _("Choose your sex")},
    )
    phone = PhoneNumberField(
        label=_("Phone number"),
        region=settings.PHONENUMBER_DEFAULT_REGION,
        help_text=_("So that we can reach you about a visit. With the country code if it is from abroad"),
        error_messages={
            "required": _("Enter a phone number"),
            "invalid": NO_SUCH_PHONE,
        },
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.birth_date is not None:
            del self.fields["birth_date"]


class InvitationForm(forms.Form):
    """A first password, typed once."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=PASSWORD_HELP,
        error_messages={"required": MISSING["password1"]},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


def line(label: Any, autocomplete: str, longest: int, **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=longest, required=False, widget=widget, **kwargs)


class DetailsForm(forms.Form):
    """What the hospital holds about a person, to be put right.

    It carries, signed, what it showed: so only what the person changed counts, whatever has changed on the file
    meanwhile.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    given_name = NameField(
        label=_("Given name"),
        autocomplete="given-name",
        error_messages={"required": _("Enter the given name")},
    )
    family_name = NameField(
        label=_("Family name"),
        required=False,
        help_text=_("Leave it empty if there is only one name"),
        autocomplete="family-name",
    )
    birth_date = BirthDateField()
    gender = forms.ChoiceField(
        label=_("Sex"),
        choices=Gender.choices,
        widget=forms.RadioSelect,
        help_text=_("Some tests and doses depend on it"),
    )
    phone = PhoneNumberField(
        label=_("Phone number"),
        required=False,
        region=settings.PHONENUMBER_DEFAULT_REGION,
        help_text=_("With the country code if it is from abroad"),
        error_messages={"invalid": NO_SUCH_PHONE},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=LONGEST,
        help_text=_("Where we write to about care. The address of the sign-in stays as it is"),
        error_messages={"invalid": _("Enter an e-mail address, like name@example.org")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    address = line(_("Address"), "street-address", 200)
    city = line(_("Town or city"), "address-level2", 100)
    state = line(_("State or region"), "address-level1", 100)
    postal_code = line(_("Postal code"), "postal-code", 20)

    def __init__(self, data: Any = None, *, patient: Patient, is_own: bool) -> None:
        self.of = str(patient.public_id)
        self.shown = self.told(data) or shown_to(patient)
        initial = {name: offered(name, wanted) for name, (_stands, wanted) in self.shown.items()}
        super().__init__(data, initial=initial)
        self.fields["seen"].initial = signing.dumps([self.of, self.shown], salt=DETAILS_SALT)
        self.fields["birth_date"].required = bool(self.shown["birth_date"][0])
        for name, (stands, wanted) in self.shown.items():
            self.dress(name, stands, wanted, is_own)
        self.helper = self.layout()

    def told(self, data: Any) -> Mapping[str, list[str]] | None:
        """What this form showed when it was opened; None when nobody can vouch for it."""
        if data is None:
            return None
        try:
            of, shown = signing.loads(data.get("seen", ""), salt=DETAILS_SALT)
        except signing.BadSignature:
            return None
        return shown if of == self.of else None

    def dress(self, name: str, stands: str, wanted: str, is_own: bool) -> None:
        """Long text is never cut off unseen; the browser fills in only what is the reader's own."""
        field = self.fields[name]
        field.widget.attrs.pop("maxlength", None)
        if not is_own:
            for box in getattr(field.widget, "widgets", [field.widget]):
                box.attrs["autocomplete"] = "off"
        if stands != wanted:
            words = _("You asked for this. On the file stands: %(value)s")
            field.help_text = words % {"value": as_shown(name, stands) or _("nothing")}

    def layout(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag, helper.disable_csrf, helper.include_media = False, True, False
        person = Fieldset(_("Person"), "given_name", "family_name", "birth_date", "gender")
        contact = Fieldset(_("Contact"), "phone", "email", "address", "city", "state", "postal_code")
        helper.layout = Layout("seen", person, contact)
        return helper

    def clean(self) -> None:
        """What nobody touched is not judged: old files hold what would be refused today."""
        for name in set(self.errors) & set(self.shown):
            if self[name].data == self.untouched(name):
                del self._errors[name]  # type: ignore[attr-defined]
                self.cleaned_data[name] = as_value(name, self.shown[name][1])
        if not self.errors and not self.wishes():
            raise forms.ValidationError(_("Change what is not right, then send it"))

    def untouched(self, name: str) -> Any:
        value = self.initial[name]
        if name != "birth_date":
            return value
        return [str(part or "") for part in self.fields[name].widget.decompress(value)]

    def wishes(self) -> dict[str, Wish]:
        """Where something else was typed than was shown."""
        typed = {name: as_text(name, self.cleaned_data[name]) for name in self.shown}
        return {
            name: Wish(stands, typed[name])
            for name, (stands, offer) in self.shown.items()
            if typed[name] != offer
        }


def offered(name: str, text: str) -> Any:
    """As the box shows it."""
    return as_shown(name, text) if name == "phone" else as_value(name, text)
