"""Lists of any length: counted exactly while that is quick, and open at the end beyond."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import EmptyPage, Page, Paginator
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

COUNTED = 10_000


class OpenEndedPaginator(Paginator):
    """Counts up to COUNTED rows; of a longer list every page can be asked for, and nobody knows the last."""

    @cached_property
    def count(self) -> int:
        """At most one more than COUNTED, so that the database stops there."""
        rows = self.object_list
        if not hasattr(rows, "order_by") or rows.query.is_sliced:
            return min(super().count, COUNTED + 1)
        return rows.order_by()[: COUNTED + 1].count()

    @property
    def is_open(self) -> bool:
        return self.count > COUNTED

    def validate_number(self, number: Any) -> int:
        try:
            return super().validate_number(number)
        except EmptyPage:
            if self.is_open and int(number) > 0:
                return int(number)
            raise

    def page(self, number: Any) -> Page:
        """Of a long list one row more is asked for than shown: it tells whether there is a next page."""
        number = self.validate_number(number)
        if not self.is_open:
            return super().page(number)
        first = (number - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[first : first + self.per_page + 1])
        if not keys:
            raise EmptyPage(self.error_messages["no_results"])
        self.last_known = number + (len(keys) > self.per_page)
        return self._get_page(self.rows(keys[: self.per_page]), number, self)

    def rows(self, keys: list[Any]) -> list[Any]:
        """Keys first, rows by them: an index alone leads to the keys, however far down the list they are."""
        found = {row.pk: row for row in self.object_list.order_by().filter(pk__in=keys)}
        return [found[key] for key in keys if key in found]

    def get_elided_page_range(
        self, number: Any = 1, *, on_each_side: int = 3, on_ends: int = 2
    ) -> Iterator[Any]:
        if not self.is_open:
            yield from super().get_elided_page_range(number, on_each_side=on_each_side, on_ends=on_ends)
            return
        first = max(1, number - on_each_side)
        if first > 1:
            yield 1
        if first > 2:
            yield self.ELLIPSIS
        last = getattr(self, "last_known", number)
        yield from range(first, last + 1)
        if last > number:
            yield self.ELLIPSIS


class HouseList(ChangeList):
    """A list that says how many rows it has in words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_popup:
            self.title = capfirst(str(self.opts.verbose_name_plural))

    @property
    def how_many(self) -> str:
        """“128”, or “more than 10,000”."""
        if self.paginator.is_open:
            return _("more than %(number)s") % {"number": number_format(COUNTED, force_grouping=True)}
        return number_format(self.result_count, force_grouping=True)

    @property
    def many(self) -> bool:
        """Whether the list goes on after this page, so that all of it can be chosen at once."""
        return bool(self.result_count != len(self.result_list))
