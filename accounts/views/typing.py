"""A form that meets the sign-in wall, or whose token is too old, does not lose what was typed in it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import csrf

from accounts.errors import DomainError
from accounts.services.typing import author_of


def page_of(view: Any) -> Any:
    """The class of a view that keeps what is typed in it; it says so by a method `keep_typing`."""
    page = getattr(view, "view_class", None)
    return page if hasattr(page, "keep_typing") else None


def rescue(request: HttpRequest, view: Any, kwargs: dict[str, Any]) -> bool:
    """Keep the text of a form that cannot go on; True when it is safe with its author."""
    page = page_of(view) if request.method == "POST" else None
    author = author_of(request) if page else None
    if page is None or author is None:
        return False
    try:
        page.keep_typing(
            author=author,
            path=request.path,
            kwargs=kwargs,
            post=request.POST,
            now=timezone.now(),
            after_sign_out=True,
        )
    except DomainError:
        return False
    if not request.user.is_authenticated:
        messages.warning(request, _("You were signed out. What you typed is kept: sign in to go on."))
    return True


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Who signed in again in another window holds a form with an old token: the text comes back in a new one.

    The author's mark in the form stands in for the token: another site knows neither. Nothing is saved by it
    but the text, as unsaved.
    """
    match = request.resolver_match
    if match and rescue(request, match.func, match.kwargs):
        author = author_of(request)
        if not request.user.is_authenticated or request.user == author:
            return redirect(request.get_full_path())
    return csrf.csrf_failure(request, reason)
