"""The cells of a spreadsheet as text: dates as ISO 8601 writes them, numbers with the digits that they have."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl.utils.datetime import from_excel

from accounts.loading.readers.sheet_xml import RawCell
from accounts.loading.readers.workbooks import Format, Workbook

# A number as a spreadsheet keeps it has 15 digits that count; what is longer is shown as it would show it.
MOST_EXACT = 10**15
WHOLE = re.compile(r"-?\d+", re.ASCII)
# A format like 00000 keeps the noughts in front.
NOUGHTS = re.compile(r"0+")
CLOCK = re.compile(r"[hs]", re.IGNORECASE)
# What a spreadsheet shows for a date that is none.
NO_DATE = "#VALUE!"


class CellTexts:
    """Turns raw cells into text, by the styles and strings of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.strings, self.formats, self.epoch = book.strings, book.formats, book.epoch

    def row(self, cells: list[RawCell]) -> list[str]:
        texts: list[str] = []
        for column, kind, style, text in cells:
            if column != len(texts):
                texts += [""] * (column - len(texts))
                del texts[column:]
            texts.append(self.text(kind, style, text))
        return texts

    def text(self, kind: str, style: int, text: str) -> str:
        if kind == "s":
            return self.strings[int(text)] if text else ""
        if kind == "n":
            return self.number(text, self.formats[style]) if text else ""
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        return text.removesuffix("T00:00:00") if kind == "d" else text

    def number(self, text: str, shape: Format) -> str:
        if shape.is_moment:
            return self.moment(float(text), shape)
        if not WHOLE.fullmatch(text):
            value = float(text)
            if abs(value) >= MOST_EXACT or not value.is_integer():
                return fraction(value)
            text = str(int(value))
        is_padded = shape.code != "General" and NOUGHTS.fullmatch(shape.code) and text[0] != "-"
        return text.zfill(len(shape.code)) if is_padded else text

    def moment(self, value: float, shape: Format) -> str:
        try:
            found: Any = from_excel(value, self.epoch, timedelta=shape.is_length)
        except (OverflowError, ValueError):
            return NO_DATE
        if value < 0:
            return NO_DATE
        if isinstance(found, timedelta):
            return length(found)
        if isinstance(found, datetime):
            is_day = found.time() == time() and not CLOCK.search(shape.code)
            return found.date().isoformat() if is_day else found.isoformat()
        return found.isoformat() if isinstance(found, date | time) else NO_DATE


def fraction(value: float) -> str:
    """At most 15 digits, as a spreadsheet shows them: 0.1 + 0.2 is 0.3."""
    if abs(value) >= MOST_EXACT:
        return f"{value:.15G}"
    shown = f"{value:.15g}"
    return f"{value:.20f}".rstrip("0") if "e" in shown else shown


def length(value: timedelta) -> str:
    """Hours and minutes, however many."""
    seconds = round(value.total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
