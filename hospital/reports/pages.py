"""The pages of the reports, and the same as a file; below the back office, for those who may see reports."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.audit import record_event
from hospital.reports.asking import AskingForm
from hospital.reports.files import as_csv
from hospital.reports.registry import PERMISSION, REPORTS, Report
from hospital.reports.tables import as_sheet

UNREADABLE = 422


def report_urls(site: AdminSite) -> list[URLPattern]:
    urls = [path("reports/", guarded(site, index), name="reports")]
    for report in REPORTS:
        page = guarded(site, report_page, report=report)
        file = guarded(site, report_file, report=report)
        urls += [
            path(f"reports/{report.slug}/", page, name=report.url_name),
            path(f"reports/{report.slug}/csv/", file, name=f"{report.url_name}_csv"),
        ]
    return urls


def guarded(site: AdminSite, view: Callable[..., HttpResponse], **bound: Any) -> Callable[..., HttpResponse]:
    """For those who may work in the back office, and of them those who may see reports."""

    def permitted(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return require_safe(view)(request, site, **bound)

    page = update_wrapper(site.admin_view(permitted), view)
    page.permission = PERMISSION  # type: ignore[attr-defined]
    page.admin_site = site  # type: ignore[attr-defined]
    return page


def index(request: HttpRequest, site: AdminSite) -> HttpResponse:
    context = {"title": _("Reports"), "reports": [(report, address(report)) for report in REPORTS]}
    return TemplateResponse(request, "admin/reports/index.html", site.each_context(request) | context)


def address(report: Report, file: bool = False) -> str:
    return reverse(f"admin:{report.url_name}{'_csv' if file else ''}")


def asked(request: HttpRequest, report: Report) -> AskingForm:
    return AskingForm(request.GET, user=request.user, has_days=report.has_days, has_groups=report.has_groups)


def report_page(request: HttpRequest, site: AdminSite, report: Report) -> HttpResponse:
    return shown(request, site, report, asked(request, report))


def shown(request: HttpRequest, site: AdminSite, report: Report, form: AskingForm) -> HttpResponse:
    context: dict[str, Any] = {"title": report.title, "report": report, "form": form}
    if form.is_valid():
        question = form.question()
        file = f"{address(report, file=True)}?{form.query()}"
        context |= {"question": question, "sheet": as_sheet(report.build(question)), "file": file}
    status = 200 if form.is_valid() else UNREADABLE
    return TemplateResponse(
        request, "admin/reports/report.html", site.each_context(request) | context, status=status
    )


def report_file(request: HttpRequest, site: AdminSite, report: Report) -> HttpResponse:
    """Noted before it is sent. What cannot be answered is the page that says why."""
    form = asked(request, report)
    if not form.is_valid():
        return shown(request, site, report, form)
    question = form.question()
    text = as_csv(as_sheet(report.build(question)))
    record_event(actor=request.user, action="export", reason=f"report {report.slug} {form.query()}")
    days = f"_{question.first}_{question.last}" if report.has_days else f"_{question.first}"
    headers = {"Content-Disposition": f'attachment; filename="{report.slug}{days}.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
