"""JSON as it comes, piece by piece: bundles of any size, single resources, and one resource a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

import ijson
from django.utils.translation import gettext as _

from accounts.loading.faults import Fault, Unreadable
from accounts.loading.readers.unpacking import Piece
from clinical.loading.fhir.halves import WholeCharacters, looked_through

OPENING, CLOSING = {"start_map", "start_array"}, {"end_map", "end_array"}
# Real resources are about ten levels deep.
DEEPEST = 60
LONGEST_LINE = 64 * 2**20
SNIFFED = 2**20
BOM = b"\xef\xbb\xbf"
FOREIGN = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"<": "XML"}
LINES = (".ndjson", ".jsonl")

Event = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a bundle, counted from 1; or what stands in a line or a file of its own."""

    number: int
    content: Any
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a document: what it says of itself besides its entries."""

    number: int
    content: dict[str, Any]


class Broken(Exception):
    """Not JSON, or not as FHIR writes it; the words are for people."""


def documents(piece: Piece) -> Iterator[Entry | Head]:
    """Entries, each document's head after its own; raises Unreadable when the file cannot be read to its end."""
    with piece.open() as stream:
        start = stream.read(SNIFFED)
        refuse_foreign(piece, start)
        stream.seek(len(BOM) if start.startswith(BOM) else 0)
        if is_lines(piece, start):
            yield from lines(stream)
            return
        try:
            yield from streamed(stream)
        except (ijson.JSONError, Broken, ValueError) as error:
            words = _("This is no sound JSON from some place on, so nothing of it is read. %(error)s")
            told = str(error).strip().splitlines()[0] if str(error).strip() else ""
            raise Unreadable([Fault(piece.name, 0, "", "", words % {"error": told})]) from error


def refuse_foreign(piece: Piece, start: bytes) -> None:
    for signature, name in FOREIGN.items():
        if start.lstrip().startswith(signature):
            words = _("This is %(format)s. FHIR is read as JSON in UTF-8.") % {"format": name}
            raise Unreadable([Fault(piece.name, 0, "", "", words)])
    if not start.strip():
        raise Unreadable([Fault(piece.name, 0, "", "", _("The file is empty."))])


def is_lines(piece: Piece, start: bytes) -> bool:
    """By its name; or because the first line is a whole object and another one follows."""
    if piece.name.lower().endswith(LINES):
        return True
    first, _newline, rest = start.removeprefix(BOM).lstrip().partition(b"\n")
    if not rest.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(parsed(first), dict)
    except Broken:
        return False


def lines(stream: IO[bytes]) -> Iterator[Entry | Head]:
    """A line that cannot be read is told and the reading goes on with the next."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if not line.strip():
            continue
        try:
            content = parsed(line)
        except Broken as error:
            yield Entry(number, None, str(error))
            continue
        entries = content.pop("entry", []) if is_bundle(content) else []
        yield from (Entry(number, entry) for entry in (entries if isinstance(entries, list) else [entries]))
        yield Head(number, content)


def is_bundle(content: Any) -> bool:
    return isinstance(content, dict) and content.get("resourceType") == "Bundle"


def parsed(line: bytes) -> Any:
    try:
        looked_through(line)
        return json.loads(line, parse_float=Decimal, parse_constant=no_number, object_pairs_hook=once)
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Broken(_("This is no sound JSON. %(error)s") % {"error": error}) from error


def no_number(text: str) -> None:
    raise ValueError(_("%(text)s is no number.") % {"text": text})


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(_("A name stands twice in one object."))
    return found


def streamed(stream: IO[bytes]) -> Iterator[Entry | Head]:
    """Only one entry at a time is in memory."""
    events = ijson.basic_parse(WholeCharacters(stream), multiple_values=True)
    for event, _value in events:
        if event != "start_map":
            raise Broken(_("A resource or a bundle in braces is needed here."))
        yield from document(events)


def document(events: Iterator[Event]) -> Iterator[Entry | Head]:
    head: dict[str, Any] = {}
    count = 0
    for event, name in events:
        if event == "end_map":
            yield Head(max(count, 1) if head.get("resourceType") != "Bundle" else 0, head)
            return
        if name in head:
            raise Broken(_("A name stands twice in one object."))
        event, value = next(events)
        if name != "entry" or event != "start_array":
            head[name] = built(event, value, events)
            continue
        head[name] = []
        for inner, one in events:
            if inner == "end_array":
                break
            count += 1
            yield Entry(count, built(inner, one, events))


def built(event: str, value: Any, events: Iterator[Event]) -> Any:
    """The value that begins with this event; without recursion, so that depth is no danger."""
    if event not in OPENING:
        return value
    building = Building(event)
    for event, value in events:
        building.take(event, value)
        if not building.stack:
            return building.root
    raise Broken(_("It ends too early."))


class Building:
    """An object or a list in the making; `stack` holds those that are not closed yet."""

    def __init__(self, event: str) -> None:
        self.root = empty(event)
        self.stack, self.name = [self.root], ""

    def take(self, event: str, value: Any) -> None:
        if event == "map_key":
            self.name = value
            if value in self.stack[-1]:
                raise Broken(_("A name stands twice in one object."))
        elif event in CLOSING:
            self.stack.pop()
        else:
            self._put(value if event not in OPENING else empty(event))
            if event in OPENING and len(self.stack) > DEEPEST:
                raise Broken(_("It is nested more than %(levels)d levels deep.") % {"levels": DEEPEST})

    def _put(self, item: Any) -> None:
        above = self.stack[-1]
        if isinstance(above, dict):
            above[self.name] = item
        else:
            above.append(item)
        if isinstance(item, dict | list):
            self.stack.append(item)


def empty(event: str) -> Any:
    return {} if event == "start_map" else []
