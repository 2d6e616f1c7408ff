"""Rows that close: the model refuses in words what the database's trigger refuses in any case."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from accounts.errors import DomainError
from accounts.triggers.context import current
from clinical.errors import FinishedEncounter


def is_loading() -> bool:
    """Inside a load batch, which may add history to finished encounters."""
    return current(transaction.get_connection()).batch is not None


def is_merging() -> bool:
    """Inside a merge of patients, which alone may move closed rows to the other patient."""
    return current(transaction.get_connection()).merge


class ClosingQuerySet(models.QuerySet):
    """`closed_when` names the rows that have closed, `still_open` the columns that may change in them.

    The patient changes inside a merge only.
    """

    closed_when: models.Q
    still_open: frozenset[str] = frozenset()
    refusal: type[DomainError] = FinishedEncounter

    def refuse_closed(self) -> None:
        if self.filter(self.closed_when).exists():
            raise self.refusal

    def update(self, **values: Any) -> int:
        moving = set(values) == {"patient"} and is_merging()
        if not (moving or self.still_open.issuperset(values)):
            self.refuse_closed()
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        """Asked before Django opens a transaction for it, which a refusal inside would break."""
        rows, names = list(objs), list(fields)
        if not self.still_open.issuperset(names):
            self.filter(pk__in=[row.pk for row in rows]).refuse_closed()
        return super().bulk_update(rows, names, *args, **kwargs)

    bulk_update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        self.refuse_closed()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        self.refuse_new(rows)
        return super().bulk_create(rows, *args, **kwargs)

    def refuse_new(self, rows: list[Any]) -> None:
        """Children of closed rows say no here; others may be added."""


class ClosingModel(models.Model):
    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.refuse_if_closed(kwargs.get("update_fields"))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.refuse_if_closed()
        return super().delete(*args, **kwargs)

    def refuse_if_closed(self, columns: Iterable[str] | None = None) -> None:
        """Asks the row as it is stored: the instance may tell a nicer story."""
        rows = type(self)._default_manager.all()
        if self._state.adding:
            rows.refuse_new([self])  # type: ignore[attr-defined]
        elif columns is None or not rows.still_open.issuperset(columns):  # type: ignore[attr-defined]
            rows.filter(pk=self.pk).refuse_closed()  # type: ignore[attr-defined]
