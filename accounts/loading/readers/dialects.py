"""Finding out what separates a CSV file's columns and what quotes its cells, from its first lines."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from accounts.loading.readers.reading import COMMA, DELIMITERS

SAMPLE = 2**16
SAMPLE_ROWS = 200
# How a spreadsheet is told the separator: a first line that is no row.
TOLD = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
SINGLE, DOUBLE = "'", '"'


@dataclass(frozen=True, slots=True)
class Dialect:
    """`skipped` lines stand before the header and are no rows."""

    delimiter: str = COMMA
    quote: str = DOUBLE
    skipped: int = 0


def detect(sample: str, delimiter: str = "") -> Dialect:
    """By the beginning of a text; a last line that was cut off is left out. A given delimiter stands."""
    lines = sample.splitlines(keepends=True)
    if len(sample) >= SAMPLE:
        lines = lines[:-1] or lines
    told = TOLD.fullmatch(lines[0]) if lines else None
    if told:
        lines = lines[1:]
    found = delimiter or (told and told[1]) or most_even(lines)
    return Dialect(found, quote_of(lines, found), 1 if told else 0)


def most_even(lines: list[str]) -> str:
    """The separator by which most rows have as many cells as each other, and more than one."""
    scores = [(evenness(lines, one), -place, one) for place, one in enumerate(DELIMITERS)]
    score, _place, best = max(scores)
    return best if score[0] else COMMA


def evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    """The share of rows of the usual width, and that width; nought for a single column."""
    widths = Counter(map(len, rows(lines, delimiter, DOUBLE)))
    if not widths:
        return 0, 0
    width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    return (times / widths.total(), width) if width > 1 else (0, 0)


def quote_of(lines: list[str], delimiter: str) -> str:
    """The apostrophe only where it stands round every name of the header."""
    header = next(rows(lines, delimiter, DOUBLE), [])
    quoted = [name for name in header if len(name) > 1 and name[0] == name[-1] == SINGLE]
    return SINGLE if header and len(quoted) == len(header) else DOUBLE


def rows(lines: list[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    try:
        yield from islice(filter(any, csv.reader(lines, delimiter=delimiter, quotechar=quote)), SAMPLE_ROWS)
    except csv.Error:
        return
