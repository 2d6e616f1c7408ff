"""The shape of what people tell about themselves."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.fields import BirthDateField
from accounts.models import Gender, User

BIRTH_DATE_HELP = _("So that we do not take you for someone else, like 27 3 1987")
PASSWORD_HELP = _("At least 12 characters. Three or four words are strong and easy to remember.")


class NameField(forms.CharField):
    """A name that is too long is told so, and not cut off unseen while it is pasted."""

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": autocomplete}), **kwargs)

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
            "invalid": _("Enter a phone number that can be called, like %(example)s"),
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
