"""The front door, the way to each role's own page, and the probes."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import ListView, TemplateView, View

from accounts.models import Department
from accounts.roles import Role
from accounts.views.pages import Page

OWN_PAGE = {
    Role.PATIENT: "patient-dashboard",
    Role.DOCTOR: "doctor-dashboard",
    Role.NURSE: "clinical:patient-list",
    Role.RECEPTION: "scheduling:appointment-list",
    Role.PRIVACY: "admin:index",
    Role.ADMIN: "admin:index",
}


@method_decorator(login_not_required, name="dispatch")
class Home(TemplateView):
    template_name = "home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        departments = Department.objects.visible_to(self.request.user).for_home()
        return super().get_context_data(departments=departments, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class DepartmentList(ListView):
    template_name = "accounts/department_list.html"
    context_object_name = "departments"

    def get_queryset(self) -> Any:
        return Department.objects.visible_to(self.request.user).current().select_related("parent")


class Dashboard(Page):
    """Leads everyone to the page of their role."""

    permission = "accounts.view_dashboard"

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect(OWN_PAGE[Role(request.user.shown_role)])


@method_decorator(login_not_required, name="dispatch")
class AdminLogin(View):
    """There is one way to sign in; whoever has come that way and may not enter is told so."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_perm("accounts.use_admin"):
            raise PermissionDenied
        return redirect(f"{reverse('account_login')}?next={reverse('admin:index')}")


@method_decorator(login_not_required, name="dispatch")
class Live(View):
    """The process answers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok", content_type="text/plain")


@method_decorator(login_not_required, name="dispatch")
class Ready(View):
    """The process can work: its database answers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return HttpResponse("ok", content_type="text/plain")


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for what nobody foresaw: no database, only words and the number to call."""
    hospital = {
        "name": settings.HOSPITAL_NAME,
        "phone": settings.HOSPITAL_PHONE,
        "opening_hours": settings.HOSPITAL_OPENING_HOURS,
    }
    return HttpResponse(render_to_string("500.html", {"hospital": hospital}), status=500)
