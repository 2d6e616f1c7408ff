"""The page of a stale form: both texts side by side, and what was typed, ready to be sent once more."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import StaleVersion

# What the page says itself: a new token, the newest version, its own buttons.
OWN = {"csrfmiddlewaretoken", "version", "action"}


def conflict(request: HttpRequest, error: StaleVersion, **context: Any) -> HttpResponse:
    """Nothing was saved; with the version that stands now the same form can be sent over it."""
    shown = {
        "rows": error.rows,
        "exception": "" if str(error) == StaleVersion.message else error,
        "version": error.version,
        "fields": [] if error.version is None else list(sent(request)),
        "retry_url": request.get_full_path(),
    }
    return render(request, "409.html", shown | context, status=409)


def sent(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """The fields of the form as they came; passwords are never shown again."""
    for name, values in request.POST.lists():
        if name not in OWN and "password" not in name:
            yield from ((name, value) for value in values)
