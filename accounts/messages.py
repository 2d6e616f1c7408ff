"""The messages that this app sends; the links in them are made at the moment of sending."""

from typing import Any

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import invitations
from accounts.models import DetailsChange, Message, PatientAccess, User
from accounts.outbox import absolute, register

# What allauth calls its notices, and what each says.
NOTICES = {
    "password_changed": _("The password of your account was changed."),
    "password_reset": _("The password of your account was changed through the link that we sent you."),
    "password_set": _("A password was set for your account."),
    "email_changed": _("The e-mail address of your account was changed."),
    "email_confirm": _("An e-mail address of your account was confirmed."),
    "email_deleted": _("An e-mail address was removed from your account."),
}
ANY_NOTICE = _("Something about your account was changed.")


def nameless(path: str) -> dict[str, Any]:
    """A link and no greeting by name: a stranger may have typed the name, and have it sent to any address."""
    return {"link": absolute(path), "name": ""}


def page(name: str) -> Any:
    return lambda message, target: nameless(reverse(name))


def confirmation_link(message: Message, address: EmailAddress) -> dict[str, Any]:
    return nameless(reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key]))


def reset_link(message: Message, user: User) -> dict[str, Any]:
    key = {"uidb36": user_pk_to_url_str(user), "key": PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)}
    return nameless(reverse("account_reset_password_from_key", kwargs=key))


def invitation_link(message: Message, user: User) -> dict[str, Any]:
    return {"link": absolute(reverse("accounts:invitation", args=[invitations.token(user)]))}


def notice(message: Message, target: Any) -> dict[str, Any]:
    name = message.kind.removeprefix("account-").replace("-", "_")
    return {"notice": NOTICES.get(name, ANY_NOTICE), "link": absolute(reverse("account_reset_password"))}


register(
    "account-email-confirmation",
    template="accounts/email_confirmation",
    context=confirmation_link,
    still_true=lambda address: not address.verified,
)
# Who has chosen no password yet comes in by the invitation, whose seven days a reset must not stretch.
register(
    "account-password-reset-key",
    template="accounts/password_reset",
    context=reset_link,
    still_true=lambda user: user.has_usable_password(),
)
register(
    "account-account-already-exists",
    template="accounts/account_already_exists",
    context=page("account_reset_password"),
)
register("account-unknown-account", template="accounts/unknown_account", context=page("account_signup"))
register(
    "account-invitation",
    template="accounts/invitation",
    context=invitation_link,
    still_true=lambda user: user.is_active and not user.has_usable_password(),
)
for notice_name in [*NOTICES, "notice"]:
    register(f"account-{notice_name.replace('_', '-')}", template="accounts/notice", context=notice)


def details_link(message: Message, change: DetailsChange) -> dict[str, Any]:
    return {"details_url": absolute(reverse("accounts:details"))}


def may_still_act(change: DetailsChange) -> bool:
    """Whoever asked acts for the patient to this day."""
    links = PatientAccess.objects.open_to(change.requested_by)
    return links.filter(patient=change.patient_id).exists()


register(
    "details-reviewed",
    template="accounts/details_reviewed",
    context=details_link,
    still_true=may_still_act,
)
