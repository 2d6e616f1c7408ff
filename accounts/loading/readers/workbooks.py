"""A spreadsheet file: its sheets, its shared strings and what its numbers mean."""

import tempfile
import zipfile
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from accounts.loading.closing import Closing
from accounts.loading.readers.sheet_xml import Elements, RawCell, SharedStrings, Sheet

WORKBOOK, FOLDER = "xl/workbook.xml", PurePosixPath("xl")
RELATIONS, STYLES, STRINGS = "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml"
# So many strings are held in memory; what is beyond stands in a file.
HELD = 100_000


@dataclass(frozen=True, slots=True)
class Format:
    """What a cell's style says of the number in it."""

    code: str = "General"
    is_moment: bool = False
    is_length: bool = False


class Strings:
    """The shared strings, by number; memory stays flat however many there are."""

    def __init__(self, strings: Iterable[str]) -> None:
        self.held: list[str] = []
        self.file: IO[bytes] | None = None
        self.starts = array("Q", [0])
        for text in strings:
            if len(self.held) < HELD:
                self.held.append(text)
            else:
                self._put_away(text.encode(errors="surrogatepass"))

    def __getitem__(self, number: int) -> str:
        if number < len(self.held):
            return self.held[number]
        place = number - len(self.held)
        if self.file is None or place + 1 >= len(self.starts):
            raise IndexError(number)
        self.file.seek(self.starts[place])
        return self.file.read(self.starts[place + 1] - self.starts[place]).decode(errors="surrogatepass")

    def close(self) -> None:
        if self.file:
            self.file.close()

    def _put_away(self, text: bytes) -> None:
        if self.file is None:
            self.file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the workbook
        self.file.write(text)
        self.starts.append(self.starts[-1] + len(text))


class Workbook(Closing):
    """Opened for reading; raises what `zipfile` and the parsers raise for a damaged file."""

    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)

    def close(self) -> None:
        if "strings" in self.__dict__:
            self.strings.close()
        self.archive.close()

    @property
    def unpacked_bytes(self) -> int:
        """No member gives more than the table of contents says."""
        return sum(entry.file_size for entry in self.archive.infolist())

    @cached_property
    def sheets(self) -> dict[str, tuple[str, bool]]:
        """By title: the member that holds it, and whether people see it; charts are no sheets."""
        places = {
            relation["Id"]: relation["Target"]
            for _parent, name, relation in self._elements(RELATIONS)
            if name == "Relationship" and relation.get("Type", "").endswith("/worksheet")
        }
        return {
            sheet["name"]: (member(places[sheet["id"]]), sheet.get("state", "visible") == "visible")
            for _parent, name, sheet in self._elements(WORKBOOK)
            if name == "sheet" and sheet.get("id") in places
        }

    @cached_property
    def strings(self) -> Strings:
        if STRINGS not in self.archive.namelist():
            return Strings([])
        with self.archive.open(STRINGS) as stream:
            return Strings(SharedStrings().strings(stream))

    @cached_property
    def epoch(self) -> object:
        """The day from which dates are counted."""
        said = [attributes for _parent, name, attributes in self._elements(WORKBOOK) if name == "workbookPr"]
        is_mac = any(attributes.get("date1904") in ("1", "true") for attributes in said)
        return CALENDAR_MAC_1904 if is_mac else CALENDAR_WINDOWS_1900

    @cached_property
    def formats(self) -> list[Format]:
        """By the number of a style."""
        elements = self._elements(STYLES) if STYLES in self.archive.namelist() else []
        own = {
            attributes["numFmtId"]: attributes.get("formatCode", "")
            for parent, name, attributes in elements
            if (parent, name) == ("numFmts", "numFmt")
        }
        styles = [attributes for parent, name, attributes in elements if (parent, name) == ("cellXfs", "xf")]
        return [format_of(attributes.get("numFmtId", "0"), own) for attributes in styles] or [Format()]

    def rows(self, title: str) -> Iterator[tuple[int, list[RawCell]]]:
        with self.open_sheet(title) as stream:
            yield from Sheet().rows(stream)

    def open_sheet(self, title: str) -> IO[bytes]:
        return self.archive.open(self.sheets[title][0])

    def _elements(self, name: str) -> list[tuple[str, str, dict[str, str]]]:
        with self.archive.open(name) as stream:
            return Elements(stream).found


def member(target: str) -> str:
    """A place as relations name it, from the root or from the folder of the workbook."""
    return target.lstrip("/") if target.startswith("/") else str(FOLDER / target)


def format_of(number: str, own: dict[str, str]) -> Format:
    code = own.get(number) or BUILTIN_FORMATS.get(int(number), "General")
    return Format(code, is_date_format(code), is_timedelta_format(code))
