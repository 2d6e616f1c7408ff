"""The link that makes an account its owner's: signed, good for seven days and for one use."""

import uuid
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.models import User

PURPOSE = "accounts.invitation"


class InvitationNotValid(DomainError):
    message = _("This invitation is not valid. Copy the whole link from the e-mail, or ask for a new one.")


class InvitationExpired(DomainError):
    message = _("This invitation is more than seven days old. Ask for a new one.")


class InvitationUsed(DomainError):
    message = _("This invitation was used already. Sign in with your password, or ask for a new one.")


def state(user: User) -> str:
    """Changes with the password and the address, so that the first use, or a new address, ends the link."""
    return salted_hmac(PURPOSE, user.password + user.email).hexdigest()[:32]


def token(user: User) -> str:
    return signing.dumps({"user": str(user.public_id), "state": state(user)}, salt=PURPOSE)


def invited(token: str) -> User:
    """Whose link this is; raises one of the three errors above, each with its own words."""
    said = opened(token)
    user = User.objects.filter(public_id=said["user"]).first()
    if user is None or not user.is_active:
        raise InvitationNotValid
    if user.has_usable_password() or not constant_time_compare(said["state"], state(user)):
        raise InvitationUsed
    return user


def opened(token: str) -> dict[str, Any]:
    try:
        said = signing.loads(token, salt=PURPOSE, max_age=settings.INVITATION_TIMEOUT)
        return {"user": uuid.UUID(said["user"]), "state": said["state"]}
    except signing.SignatureExpired:
        raise InvitationExpired from None
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise InvitationNotValid from None
