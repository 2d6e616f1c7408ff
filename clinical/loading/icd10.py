"""The list of ICD-10-CM codes: read from the package that brings it or from a file, it replaces the one before."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.loading.faults import Fault, Unreadable
from accounts.loading.readers import Table
from accounts.loading.tables import Record
from clinical.models import Icd10Code
from clinical.models.icd10 import is_code, normalised, searchable

PACKAGE = "simple_icd_10_cm"
COLUMNS = ("CODE", "DISPLAY")
CHUNK = 2000
VALUES = ("display", "is_billable", "search_text")

# Display, whether it may be given, and the text that is searched, by code.
Rows = dict[str, tuple[str, bool, str]]


@dataclass
class Edition:
    """Codes and headings with their words, and what could not be read."""

    words: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def packaged() -> Edition:
    """The edition of the pinned package without its chapters, whose codes are mere numbers.

    Reading it takes 200 MB, so only who loads it imports the package.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            source = import_module(PACKAGE)
        except ModuleNotFoundError as error:
            words = _("The package %(name)s is not installed.") % {"name": PACKAGE}
            raise Unreadable([Fault(PACKAGE, 0, "", "", words)]) from error
    codes = (code for code in source.get_all_codes() if not source.is_chapter(code))
    return Edition({code: source.get_description(code) for code in codes})


def from_file(path: Path) -> Edition:
    """A CSV file with the columns code and display; the good rows, and what is wrong with the others."""
    table, edition = Table(path), Edition()
    if missing := table.missing(COLUMNS):
        raise Unreadable(missing)
    for record in table.records():
        if fault := take(record, table, edition):
            edition.faults.append(fault)
    if not edition.words:
        raise Unreadable([*edition.faults, table.fault(_("There is no code in this file."))])
    return edition


def take(record: Record, table: Table, edition: Edition) -> Fault | None:
    """Keep the row in the edition, or say why not."""
    if record.problem:
        return table.fault(record.problem, row=record.number)
    written, display = (record.cells[table.columns[name]].strip() for name in COLUMNS)
    code = normalised(written)
    if not is_code(code):
        return Fault(table.file, record.number, "CODE", written, _("This is not a code like E11.9."))
    if code in edition.words:
        return Fault(table.file, record.number, "CODE", written, _("This code stands in an earlier row."))
    longest = Icd10Code._meta.get_field("display").max_length or 0
    if not 0 < len(display) <= longest:
        words = _("Write the diagnosis in 1 to %(limit)d characters.") % {"limit": longest}
        return Fault(table.file, record.number, "DISPLAY", display, words)
    edition.words[code] = display
    return None


def load_codes(edition: Edition, *, dry_run: bool = False) -> dict[str, int]:
    """Make the list equal the edition, in one transaction; two loads at once take turns.

    Codes that the edition does not have any more go, unless some of its rows could not be read: diagnoses
    carry their code and words themselves.
    """
    rows = judged(edition.words)
    with transaction.atomic():
        take_turn()
        stored = {
            code: (pk, tuple(kept))
            for pk, code, *kept in Icd10Code.objects.values_list("pk", "code", *VALUES)
        }
        created = [code for code in rows if code not in stored]
        updated = [code for code in rows if code in stored and rows[code] != stored[code][1]]
        gone = [] if edition.faults else [stored[code][0] for code in stored.keys() - rows.keys()]
        if not dry_run:
            write(rows, [*created, *updated], gone)
    return {
        "created": len(created),
        "updated": len(updated),
        "unchanged": len(rows) - len(created) - len(updated),
        "removed": len(gone),
        "refused": len(edition.faults),
    }


def judged(words: dict[str, str]) -> Rows:
    """A code with nothing below it may be given; blocks such as I10-I1A are headings, and below no code."""
    plain = sorted(code.replace(".", "") for code in words if is_code(code))
    headings = {code for code, after in zip(plain, plain[1:], strict=False) if after.startswith(code)}
    return {
        code: (display, is_code(code) and code.replace(".", "") not in headings, searchable(code, display))
        for code, display in words.items()
    }


def take_turn() -> None:
    """Wait for another load of codes to end; SQLite has one writer at a time in any case."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2min'")
            cursor.execute("LOCK TABLE clinical_icd10code IN SHARE ROW EXCLUSIVE MODE")


def write(rows: Rows, changed: Iterable[str], gone: list[int]) -> None:
    Icd10Code.objects.bulk_create(
        (Icd10Code(code=code, **dict(zip(VALUES, rows[code], strict=True))) for code in changed),
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=VALUES,
    )
    for start in range(0, len(gone), CHUNK):
        Icd10Code.objects.filter(pk__in=gone[start : start + CHUNK]).delete()
