"""The back office's own site: its index is the administrators' dashboard."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _


class HospitalAdminSite(AdminSite):
    site_header = site_title = _("Back office")
    index_title = _("Today")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.use_admin")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """No row holds a NUL, and PostgreSQL refuses to be asked for one."""
        if "\0" in request.GET.get("term", ""):
            return JsonResponse({"results": [], "pagination": {"more": False}})
        return super().autocomplete_view(request)

    def get_urls(self) -> list[Any]:
        from hospital.reports.pages import report_urls
        from hospital.setup_file.pages import setup_urls

        return [*report_urls(self), *setup_urls(self), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # The models load after the admin site, which Django makes while it loads the apps.
        from hospital.desk.page import desk_for

        shown = desk_for(request.user) if self.has_permission(request) else {}
        return super().index(request, {**shown, **(extra_context or {})})
