"""In whose name a command acts."""

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import User
from accounts.rules import demand


def account(email: str | None, permission: str) -> User | None:
    """The account that signs in with this address, if one is named; raises DomainError unless it may."""
    if not email:
        return None
    found = User.objects.active().filter(email=email.lower()).first()
    if found is None:
        raise DomainError(_("No account signs in with %(email)s.") % {"email": email})
    demand(found, permission)
    return found
