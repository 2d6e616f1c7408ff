"""Where allauth meets the house: its mail goes through the outbox, its new accounts are patients."""

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.db import models
from django.http import HttpRequest

from accounts import outbox
from accounts.audit import acting
from accounts.models import User
from accounts.proxies import client_ip
from accounts.roles import Role

# Two names of allauth's for one message.
SAME_KIND = {"email_confirmation_signup": "email_confirmation"}


def kind_of(template_prefix: str) -> str:
    """The kind for a mail of allauth's; one that nobody knows becomes a notice without details."""
    name = template_prefix.rsplit("/", 1)[-1]
    kind = f"account-{SAME_KIND.get(name, name).replace('_', '-')}"
    return kind if kind in outbox.KINDS else "account-notice"


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: HttpRequest) -> str:
        """Rate limits count by it: behind a proxy the peer's own address is everybody's."""
        return client_ip(request) or super().get_client_ip(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Each request for a mail is a message of its own; allauth's rate limits stand before it."""
        kind = kind_of(template_prefix)
        user = context.get("user") or User.objects.filter(email=email.lower()).first()
        target = self.subject(kind, user, email)
        outbox.enqueue(kind, target, recipient=user, address=email, key=f"{kind}:{uuid.uuid4()}")

    def subject(self, kind: str, user: User | None, email: str) -> models.Model | None:
        """What the message is about: the address to be confirmed, or the account."""
        if kind == "account-email-confirmation":
            return EmailAddress.objects.get_for_user(user, email)
        return user

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """What a new patient told us waits on the account; the role is ours to set, whatever was posted."""
        user.role = Role.PATIENT
        user.given_name = form.cleaned_data["given_name"]
        user.family_name = form.cleaned_data["family_name"]
        user.birth_date = form.cleaned_data["birth_date"]
        with acting(None, reason="sign-up"):
            return super().save_user(request, user, form, commit)
