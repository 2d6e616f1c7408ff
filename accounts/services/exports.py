"""Lists as files that a spreadsheet opens without running anything; every export is noted before its first byte."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from accounts.audit import acting, record_event
from accounts.errors import DomainError
from accounts.models import User
from accounts.rules import demand

EXPORT = "accounts.export_data"
BOM = "\ufeff"  # without it, Excel reads UTF-8 as the letters of one language
# What a spreadsheet takes for the beginning of a formula, as OWASP lists it; wide letters of Asia too.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BLANKS = " \u00a0\u3000\u200b\u200e\u200f\u2060\ufeff"
NUMBERS = (int, float, Decimal)
SHEET_ROWS = 1_048_576  # all that a sheet of Excel holds, its head included
Cells = Sequence[Any]


class TooManyRows(DomainError):
    message = gettext_lazy("A sheet holds 1,048,575 rows. Narrow the list with filters, or export it as CSV.")


def note_export(*, model: type[Model], rows: int, told: str, actor: User) -> None:
    """One event an export, with how many rows and which filters; call it before anything leaves the house.

    `told` must name no patient: a search is told as such, without its words.
    """
    demand(actor, EXPORT)
    words = ngettext("%(rows)d row", "%(rows)d rows", rows) % {"rows": rows}
    with acting(actor, reason="export"):
        record_event(actor=actor, action="export", target=model(), reason=f"{words}. {told}".strip())


def safe(value: Any) -> Any:
    """Numbers and dates stay what they are; a text that a spreadsheet would run is made plain by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, NUMBERS + (datetime, date, time)):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    return f"'{text}" if may_run(text) else text


def may_run(text: str) -> bool:
    """Some spreadsheets pass over blanks and marks that nobody sees before they look for a formula."""
    return text.lstrip(BLANKS).startswith(DANGEROUS)


def spelled(value: Any) -> Any:
    """For CSV: days and instants as ISO 8601 writes them, by the hospital's clock."""
    value = safe(value)
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date | time) else value


def kept(value: Any) -> Any:
    """For XLSX, whose instants know no time zone: by the hospital's clock too."""
    value = safe(value)
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value).replace(tzinfo=None)
    return str(value) if isinstance(value, Promise) else value


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Cells, rows: Iterable[Cells]) -> Iterator[str]:
    """Line by line, as RFC 4180 writes them; nothing is kept."""
    writer = csv.writer(Echo())
    yield BOM + writer.writerow([spelled(cell) for cell in header])
    for row in rows:
        yield writer.writerow([spelled(cell) for cell in row])


def workbook(header: Cells, rows: Iterable[Cells], title: str = "") -> IO[bytes]:
    """A file of one sheet, written row by row and open at its beginning; TooManyRows beyond what Excel holds."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(title))
    sheet.freeze_panes = "A2"
    for number, row in enumerate(with_header(header, rows), start=1):
        if number > SHEET_ROWS:
            raise TooManyRows
        sheet.append([kept(cell) for cell in row])
    file = TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def with_header(header: Cells, rows: Iterable[Cells]) -> Iterator[Cells]:
    yield header
    yield from rows


def sheet_title(words: str) -> str:
    """Excel allows 31 letters, and none of these."""
    return "".join(letter for letter in words if letter not in "\\/*?:[]")[:31] or "1"
