"""“See as”: an administrator looks at the house as another role does, changes nothing, and leaves a trace."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.audit import acting, record_event
from accounts.errors import DomainError
from accounts.models import User
from accounts.roles import Role, reach
from accounts.rules import demand

SEE_AS = "accounts.see_as"
# Under which name the session keeps the role.
KEY = "see_as"


class CannotLookOn(DomainError):
    message = _("Choose a role that is not your own.")


def begin(*, session: Any, role: str, reason: str, actor: User) -> Role:
    """Until `end`, or until the session ends, every request of it is read-only and shows what the role would see."""
    demand(actor, SEE_AS)
    if role not in Role.values or role == actor.role or reach(actor, SEE_AS) is None:
        raise CannotLookOn
    with acting(actor, reason=reason.strip()):
        record_event(
            actor=actor, action="see-as", target=actor, reason=f"began to see as {role}: {reason.strip()}"
        )
    session[KEY] = role
    return Role(role)


def end(*, session: Any, actor: User) -> None:
    """The request goes on as the person's own; safe to call twice."""
    role, actor.seen_role = session.pop(KEY, ""), ""
    if role:
        with acting(actor, reason="see as"):
            record_event(actor=actor, action="see-as", target=actor, reason=f"stopped seeing as {role}")


def seen_role(*, session: Any, user: User) -> Role | None:
    """The role that this session shows, while the account's own role still permits it."""
    role = session.get(KEY, "")
    if role not in Role.values or reach(user, SEE_AS) is None:
        return None
    return Role(role)
