"""The XML of a spreadsheet, streamed through expat: building its elements as objects takes twenty times as long."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import IO
from xml.parsers import expat

CHUNK = 2**16
# Between the prefix that some programs write and the name of an element.
BETWEEN = ":"
MOST_COLUMNS, MOST_ROWS = 16_384, 1_048_576
# How characters stand that XML has no place for, and the underscore before what only looks like one of them.
ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff])_")

Attributes = dict[str, str]
# Column from 0, type, style, text.
RawCell = tuple[int, str, int, str]


class Parser:
    """What all of them have in common; ValueError for what no spreadsheet writes."""

    def __init__(self) -> None:
        self.expat = expat.ParserCreate()
        self.expat.buffer_text = True
        self.expat.StartElementHandler = self.start
        self.expat.EndElementHandler = self.end
        self.expat.StartDoctypeDeclHandler = self._refuse

    def feed(self, stream: IO[bytes]) -> Iterator[None]:
        """After every piece of the file the parser holds what was in it."""
        try:
            while chunk := stream.read(CHUNK):
                self.expat.Parse(chunk, False)
                yield
            self.expat.Parse(b"", True)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from error
        yield

    def start(self, name: str, attributes: Attributes) -> None:
        """An element opens."""

    def end(self, name: str) -> None:
        """An element closes."""

    def _refuse(self, *_declared: object) -> None:
        raise ValueError("DOCTYPE")


class Elements(Parser):
    """All elements of a small file, with the name of the one that they stand in."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self.open, self.found = [""], list[tuple[str, str, Attributes]]()
        for _piece in self.feed(stream):
            continue

    def start(self, name: str, attributes: Attributes) -> None:
        bare = {key.rpartition(BETWEEN)[2]: value for key, value in attributes.items()}
        self.found.append((self.open[-1], plain(name), bare))
        self.open.append(plain(name))

    def end(self, name: str) -> None:
        self.open.pop()


class Texts(Parser):
    """Collects the text of those elements that hold any; what tells how to pronounce it is left out."""

    holders = frozenset({"t"})

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.is_sound = False

    def start(self, name: str, attributes: Attributes) -> None:
        if plain(name) == "rPh":
            self.is_sound = True
        elif plain(name) in self.holders and not self.is_sound:
            self.expat.CharacterDataHandler = self.text.append

    def end(self, name: str) -> None:
        if plain(name) == "rPh":
            self.is_sound = False
        elif plain(name) in self.holders:
            self.expat.CharacterDataHandler = None

    def taken(self) -> str:
        text = "".join(self.text)
        self.text.clear()
        return ESCAPED.sub(unescaped, text) if "_x00" in text else text


class SharedStrings(Texts):
    """The strings that cells name by number, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.ready: list[str] = []

    def strings(self, stream: IO[bytes]) -> Iterator[str]:
        for _piece in self.feed(stream):
            yield from self.ready
            self.ready.clear()

    def end(self, name: str) -> None:
        super().end(name)
        if plain(name) == "si":
            self.ready.append(self.taken())


class Sheet(Texts):
    """The rows of a sheet that are there, each with its number and its cells."""

    holders = frozenset({"t", "v"})

    def __init__(self) -> None:
        super().__init__()
        self.number = self.column = self.style = 0
        self.kind = ""
        self.cells: list[RawCell] = []
        self.ready: list[tuple[int, list[RawCell]]] = []

    def rows(self, stream: IO[bytes]) -> Iterator[tuple[int, list[RawCell]]]:
        for _piece in self.feed(stream):
            yield from self.ready
            self.ready.clear()

    def start(self, name: str, attributes: Attributes) -> None:
        name = plain(name)
        if name == "c":
            place = attributes.get("r")
            self.column = column_of(place) if place else self.column + 1
            self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", 0))
        elif name == "row":
            self.number, self.column = int(attributes.get("r", self.number + 1)), -1
            if self.number > MOST_ROWS:
                raise ValueError(self.number)
        else:
            super().start(name, attributes)

    def end(self, name: str) -> None:
        name = plain(name)
        if name == "c":
            self.cells.append((self.column, self.kind, self.style, self.taken()))
        elif name == "row":
            self.ready.append((self.number, self.cells))
            self.cells = []
        else:
            super().end(name)


@lru_cache(maxsize=256)
def plain(name: str) -> str:
    return name.rpartition(BETWEEN)[2]


def column_of(place: str) -> int:
    """AB12 stands in column 27, counted from 0."""
    return column_named(place.rstrip("0123456789"))


@lru_cache(maxsize=256)
def column_named(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    if not 0 < column <= MOST_COLUMNS:
        raise ValueError(letters)
    return column - 1


def unescaped(match: re.Match[str]) -> str:
    """NUL stays as it is written: no cell of a table may hold it."""
    code = int(match[1], 16)
    return chr(code) if code else match[0]
