"""Lists of twenty rows a page, whose pages beyond the end lead to the first."""

from typing import Any

from django.core.paginator import Page as PageOfRows
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import ListView

from accounts.views.pages import PageMixin

ROWS = 20


class PagedList(PageMixin, ListView):
    paginate_by = ROWS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            return redirect(request.path)


def page_of(rows: Any, number: str | None) -> PageOfRows:
    """The page that the address names; Http404 when there is no such page."""
    pages = Paginator(rows, ROWS)
    if number is None:
        return pages.page(1)
    # Python refuses to read numbers of thousands of digits.
    is_number = number.isascii() and number.isdigit() and len(number) < ROWS
    if not is_number or not 1 <= int(number) <= pages.num_pages:
        raise Http404
    return pages.page(int(number))
