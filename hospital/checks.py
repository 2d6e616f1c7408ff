"""What must hold before the house opens its doors."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import relationships
from accounts.roles import TABLE, Reach

# Views of others that bring their own gate: sign-in by allauth, the admin's own permission checks,
# and Django's choice of language.
GATED_ELSEWHERE = ("allauth.", "django.contrib.admin.", "django.views.i18n")
PERMISSIONS = frozenset().union(*TABLE.values())


def patterns(resolver: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the project, with its whole path."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


def is_public(callback: Any) -> bool:
    return getattr(callback, "login_required", True) is False


def policy(callback: Any) -> str:
    """The permission that a view names; 'public' or 'elsewhere' for views that need none of ours."""
    view = getattr(callback, "view_class", callback)
    if named := getattr(view, "permission", ""):
        return str(named)
    if is_public(callback):
        return "public"
    if is_gated_elsewhere(callback):
        return "elsewhere"
    return ""


def is_gated_elsewhere(callback: Any) -> bool:
    if getattr(callback, "model_admin", None) or getattr(callback, "admin_site", None):
        return True
    return str(callback.__module__).startswith(GATED_ELSEWHERE)


@register
def every_view_names_its_permission(**kwargs: Any) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    for path, entry in patterns(get_resolver()):
        named = policy(entry.callback)
        if named not in PERMISSIONS | {"public", "elsewhere"}:
            errors.append(
                Error(
                    f"The view at /{path} names {named or 'no permission'}.",
                    hint="Set `permission` to one of accounts.roles.TABLE, or say @login_not_required.",
                    id="hospital.E001",
                )
            )
    return errors


@register
def clinicians_have_relationships(**kwargs: Any) -> list[CheckMessage]:
    return [
        Error(f"No relationship opens patients to {reach.name}.", id="hospital.E002")
        for reach in (Reach.TREATING, Reach.DEPARTMENT, Reach.PRESENT)
        if not relationships.known.get(reach)
    ]
