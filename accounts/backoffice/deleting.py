"""Deletion that is refused says what holds the row, counted by kind, and what to do instead."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import IntegrityError
from django.db.models import PROTECT, RESTRICT, Model
from django.db.models.deletion import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.backoffice.paging import COUNTED

REFUSED = gettext_lazy("The house keeps this row as it is, because others rely on it. Nothing was changed.")


def holders(row: Model) -> Iterator[str]:
    """“Appointments: 12” for each kind of row that must not lose this one; a bounded count a kind."""
    for relation in row._meta.get_fields(include_hidden=True):
        if getattr(relation, "on_delete", None) in (PROTECT, RESTRICT) and not relation.concrete:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: row})
            if number := rows.order_by()[: COUNTED + 1].count():
                yield f"{capfirst(str(relation.related_model._meta.verbose_name_plural))}: {counted(number)}"


def counted(number: int) -> str:
    words = number_format(min(number, COUNTED), force_grouping=True)
    return _("more than %(number)s") % {"number": words} if number > COUNTED else words


def held_by(rows: Iterable[Model]) -> str:
    """The sentence for a refusal that came after the question, when somebody used the row meanwhile."""
    found = "; ".join(words for row in rows for words in holders(row))
    return _("It is used by others: %(holders)s.") % {"holders": found} if found else str(REFUSED)


class DeletesInWords:
    """Put it before the admin class; the classes of people and places archive instead, and need none of this."""

    # What to do with a row that cannot go, shown below what holds it.
    instead: Any = ""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Names of other rows, patients' among them, stay out of the page."""
        return [str(row) for row in objs], {}, set(), [words for row in objs for words in holders(row)]

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        extra = {"instead": self.instead} | (extra_context or {})
        try:
            return super().delete_view(request, object_id, extra)  # type: ignore[misc]
        except (ProtectedError, RestrictedError, IntegrityError):
            row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
            words = f"{held_by([row] if row else [])} {self.instead}".strip()
            self.message_user(request, words, messages.ERROR)  # type: ignore[attr-defined]
            return redirect(request.get_full_path())
