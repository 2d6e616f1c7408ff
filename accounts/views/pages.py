"""What every page of the site shares: it names its permission, or start-up fails."""

from typing import Any

from django.contrib.auth.mixins import AccessMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic.base import View

from accounts.access import VisibleQuerySet


class PageMixin(AccessMixin):
    """A page for roles that hold `permission`; others get 403, whatever the id.

    Put it first among the bases. Rows come from `visible`, so another's row is a 404.
    """

    permission: str
    raise_exception = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(self.permission):
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def visible(self, rows: VisibleQuerySet, **lookup: Any) -> Any:
        """The one row of these that the user may act on; 404 for all others."""
        user = self.request.user  # type: ignore[attr-defined]
        permission = self.permission if self.names_model(rows) else ""
        return get_object_or_404(rows.visible_to(user, permission), **lookup)

    def names_model(self, rows: VisibleQuerySet) -> bool:
        """Whether the page's permission is about this model: its reach then opens the rows."""
        return self.permission.endswith(f"_{rows.model._meta.model_name}")


class Page(PageMixin, View):
    """A page without one of Django's generic shapes."""


def next_url(request: HttpRequest, otherwise: Any) -> str:
    """The page that the button stood on, as the form says; another site is never that page."""
    url = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return url if is_safe else resolve_url(otherwise)
