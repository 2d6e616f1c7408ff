"""What the pages of people and places share: refusals in words, and archiving where deletion would lose history."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.errors import DomainError, StaleVersion
from accounts.services.archiving import Removal, has_history


def row_by_row(page: Any, request: HttpRequest, rows: Iterable[Any], act: Callable[[Any], str]) -> None:
    """Call a service for each row and report each outcome; one refusal does not stop the others."""
    for row in rows:
        try:
            page.message_user(request, act(row), messages.SUCCESS)
        except DomainError as refusal:
            page.message_user(request, f"{row}: {refusal}", messages.ERROR)
        except ValidationError as refusal:
            page.message_user(request, f"{row}: {' '.join(refusal.messages)}", messages.ERROR)


def visits_stay(number: int) -> str:
    """The sentence about booked visits, or nothing when there are none."""
    if not number:
        return ""
    words = ngettext("%(n)d booked visit stays.", "%(n)d booked visits stay.", number)
    return words % {"n": number}


class StateFilter(admin.SimpleListFilter):
    """Current rows, or those put away."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("current", _("Current")), ("archived", _("Archived"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in ("current", "archived"):
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "current")


class KeepsHistory:
    """Deleting a row that something depends on archives it; the page says so before and after."""

    delete_confirmation_template = "admin/accounts/delete_confirmation.html"

    def remove(self, row: Any, **who_and_when: Any) -> Removal:
        raise NotImplementedError

    @admin.display(description=gettext_lazy("current"), boolean=True, ordering="archived_at")
    def current(self, row: Any) -> bool:
        return not row.is_archived

    def get_search_results(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        """A choice for another row offers current rows only."""
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            queryset = queryset.current()
        return super().get_search_results(request, queryset, term)  # type: ignore[misc]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.in_words(request, super().changeform_view, request, *args, **kwargs)  # type: ignore[misc]

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        extra = {"archives": row is not None and self.is_kept(row)} | (extra_context or {})
        return self.in_words(request, super().delete_view, request, object_id, extra)  # type: ignore[misc]

    def is_kept(self, row: Any) -> bool:
        """Whether deleting the row will archive it."""
        return has_history(row)

    def in_words(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except StaleVersion:
            raise
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)  # type: ignore[attr-defined]
            return redirect(request.get_full_path())

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Nothing protects a row here: where Django would refuse, the row is archived instead."""
        return [str(row) for row in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        request.removal = self.remove(obj, actor=request.user, now=timezone.now())  # type: ignore[attr-defined]

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        removal: Removal = request.removal  # type: ignore[attr-defined]
        words = (
            _("%(name)s was deleted.") if removal.deleted else _("%(name)s has a history and was archived.")
        )
        told = f"{words % {'name': obj_display}} {visits_stay(removal.booked)}".strip()
        self.message_user(request, told, messages.SUCCESS)  # type: ignore[attr-defined]
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))  # type: ignore[attr-defined]
