"""Pages that the admin does not have of itself: one address below a row, for those who may work in the back office."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path


class OwnPages:
    """`own_pages` names them: the end of the address and the method that answers."""

    own_pages: dict[str, str] = {}

    def get_urls(self) -> list[URLPattern]:
        table = f"{self.opts.app_label}_{self.opts.model_name}"  # type: ignore[attr-defined]
        own = [
            path(f"<path:object_id>/{end}/", self.wrapped(getattr(self, view)), name=f"{table}_{end}")
            for end, view in self.own_pages.items()
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def wrapped(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def page(*args: Any, **kwargs: Any) -> HttpResponse:
            return self.admin_site.admin_view(view)(*args, **kwargs)  # type: ignore[attr-defined]

        page.model_admin = self  # type: ignore[attr-defined]
        return update_wrapper(page, view)

    def row_for(self, request: HttpRequest, permission: str, object_id: str) -> Any:
        """The role first, then the row: 403 for any id, or 404."""
        if not request.user.has_perm(permission):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if row is None:
            raise Http404
        return row

    def own_page(
        self, request: HttpRequest, template: str, status: int = 200, **context: Any
    ) -> HttpResponse:
        shared = self.admin_site.each_context(request) | {"opts": self.opts}  # type: ignore[attr-defined]
        return TemplateResponse(request, f"admin/accounts/{template}.html", shared | context, status=status)
