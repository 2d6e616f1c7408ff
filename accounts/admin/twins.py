"""Patients who may be registered twice: the desk compares, and decides or asks for the merge."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.behaviour import row_by_row
from accounts.admin.merging import MERGE, merge_url, patient_link
from accounts.admin.own_pages import OwnPages
from accounts.backoffice import ReadOnlyAdmin
from accounts.errors import DomainError
from accounts.models import PossibleTwin
from accounts.services.twins import keep_apart

VIEW, DECIDE = "accounts.view_possibletwin", "accounts.change_possibletwin"


@admin.register(PossibleTwin)
class PossibleTwinAdmin(OwnPages, ReadOnlyAdmin):
    own_pages = {"different": "different_view"}
    list_display = ["compare", "one", "other", "because", "source", "status", "recorded_at"]
    list_display_links = None
    fields = ["one", "other", "because", "source", "status", "decided_by", "decided_at"]
    list_filter = ["status", "source"]
    list_select_related = ["first", "second"]
    search_fields = ["first__search_name", "first__mrn", "second__search_name", "second__mrn"]
    actions = ["different"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """An undecided pair stands while both files do: of a merged file nothing is left to decide."""
        rows = super().get_queryset(request)
        settled = ~Q(status=PossibleTwin.Status.OPEN)
        return rows.filter(settled | Q(first__merged_into__isnull=True, second__merged_into__isnull=True))

    @admin.display(description=gettext_lazy("pair"))
    def compare(self, twin: PossibleTwin) -> str:
        url = reverse("admin:accounts_possibletwin_change", args=[twin.pk])
        return format_html('<a href="{}">{}</a>', url, _("Compare"))

    @admin.display(description=gettext_lazy("one patient"), ordering="first__search_name")
    def one(self, twin: PossibleTwin) -> str:
        return patient_link(twin.first)

    @admin.display(description=gettext_lazy("other patient"), ordering="second__search_name")
    def other(self, twin: PossibleTwin) -> str:
        return patient_link(twin.second)

    @admin.display(description=gettext_lazy("why"))
    def because(self, twin: PossibleTwin) -> str:
        return ", ".join(str(word) for word in twin.words).capitalize()

    def has_different_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DECIDE)

    @admin.action(description=gettext_lazy("It is someone else"), permissions=["different"])
    def different(self, request: HttpRequest, queryset: Any) -> None:
        def act(twin: PossibleTwin) -> str:
            keep_apart(twin=twin, actor=request.user, now=timezone.now())
            return _("%(pair)s: noted as different people.") % {"pair": twin}

        row_by_row(self, request, queryset, act)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Both files side by side."""
        twin = self.row_for(request, VIEW, object_id)
        may = twin.status == PossibleTwin.Status.OPEN
        context = {
            "title": _("Are these one person?"),
            "twin": twin,
            "pair": [twin.first, twin.second],
            "may_decide": may and request.user.has_perm(DECIDE),
            "merge_url": merge_url(twin.first, twin.second) if may and request.user.has_perm(MERGE) else "",
        }
        return self.own_page(request, "twins", **context)

    def different_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        twin = self.row_for(request, DECIDE, object_id)
        if request.method != "POST":
            return redirect("admin:accounts_possibletwin_change", twin.pk)
        try:
            keep_apart(twin=twin, actor=request.user, now=timezone.now())
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            words = _("%(pair)s: noted as different people.") % {"pair": twin}
            self.message_user(request, words, messages.SUCCESS)
        return redirect("admin:accounts_possibletwin_changelist")
