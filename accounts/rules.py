"""Under what condition a permission holds for a row in sight; each app adds its own rules."""

from collections.abc import Callable
from typing import Any

from accounts.errors import NotAllowed

# True permits; a text refuses and says why.
Rule = Callable[[Any, Any], Any]
RULES: dict[str, Rule] = {}


def rule(permission: str) -> Callable[[Rule], Rule]:
    """Register the one condition under which the permission holds."""

    def keep(check: Rule) -> Rule:
        RULES[permission] = check
        return check

    return keep


def refusal(user: Any, permission: str, row: Any) -> Any:
    """Why the rule refuses, in words; empty when it does not."""
    check = RULES.get(permission)
    verdict = True if check is None else check(user, row)
    if verdict is True:
        return ""
    return verdict or NotAllowed.message


def demand(user: Any, permission: str, row: Any = None) -> None:
    """Raise NotAllowed unless the user may; every service asks this of its actor."""
    if row is not None and user.has_perm(permission):
        words = refusal(user, permission, row)
        if words:
            raise NotAllowed(words)
    if not user.has_perm(permission, row):
        raise NotAllowed
