"""Finding out how a file's letters are written: all of its bytes are looked at once, none is guessed at twice."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.loading.readers.reading import encoding_words

CHUNK = 2**20
UTF8, UTF16, WINDOWS, LATIN = "utf-8-sig", "utf-16", "cp1252", "iso8859-1"
MARKS = {b"\xff\xfe": UTF16, b"\xfe\xff": UTF16}
# Windows-1252 has no letters there.
UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
ESCAPED = re.compile("[\udc80-\udcff]")
SAMPLE = 4096
# Of text in UTF-16 without a mark, so many bytes are nought at least: commas, digits, line ends.
NOUGHTS = 1 / 64
LONGEST_LINE = 16 * CHUNK


class NoText(Exception):
    """The bytes are no text of the encoding; says in words where."""


@dataclass
class Scan:
    """What one look at all bytes told. `is_mixed`: mostly UTF-8, with bytes between that are not."""

    encoding: str = ""
    is_mixed: bool = False
    has_nul: bool = False
    lines: int = 0
    size: int = 0

    @property
    def errors(self) -> str:
        return "surrogateescape" if self.is_mixed else "strict"


def scan(path: Path, encoding: str = "") -> Scan:
    """Raises NoText when the bytes are not what the given encoding, or their own first bytes, say."""
    start = beginning(path)
    told = encoding or next((name for mark, name in MARKS.items() if start.startswith(mark)), "")
    found = Scan(told or without_mark(start) or UTF8)
    found.encoding = UTF8 if found.encoding == "utf-8" else found.encoding
    try:
        look(path, found)
    except UnicodeDecodeError as error:
        if encoding or found.encoding != UTF8:
            raise NoText(words_for(found, error)) from error
        settle(path, found, start)
    return found


def beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(SAMPLE)


def without_mark(start: bytes) -> str:
    """UTF-16 without a mark betrays itself by noughts that all stand on one side of the pairs."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) or max(even, odd) < len(start) * NOUGHTS or not start:
        return ""
    name = "utf-16-le" if odd else "utf-16-be"
    try:
        text = start[: len(start) // 2 * 2].decode(name)
    except UnicodeDecodeError:
        return ""
    return name if "\n" in text or "\r" in text else ""


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def look(path: Path, found: Scan) -> None:
    """Decode all of it, keep nothing, and count lines by the way; UnicodeDecodeError ends it."""
    decoder, since = codecs.getincrementaldecoder(found.encoding)(), 0
    knows_ascii = found.encoding in (UTF8, WINDOWS, LATIN)
    for chunk in chunks(path):
        found.size += len(chunk)
        if not (knows_ascii and chunk.isascii() and not pending(decoder)):
            decoder.decode(chunk)
        lines = chunk.count(b"\n") or chunk.count(b"\r")
        since = 0 if lines else since + len(chunk)
        if since >= LONGEST_LINE:
            raise NoText(_("A line is longer than 16 MB: this is no table."))
        found.lines += lines
        found.has_nul = found.has_nul or (b"\0" in chunk)
    decoder.decode(b"", final=True)


def pending(decoder: codecs.IncrementalDecoder) -> bool:
    return bool(decoder.getstate()[0])


def settle(path: Path, found: Scan, start: bytes) -> None:
    """Not all is UTF-8: one of the encodings with a byte a letter, unless most of what is not ASCII is UTF-8 indeed."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    has_undefined = False
    found.lines = found.size = 0
    for chunk in chunks(path):
        text = decoder.decode(chunk)
        strange = len(ESCAPED.findall(text))
        bad += strange
        good += len(text) - len(text.encode("ascii", "ignore")) - strange
        has_undefined = has_undefined or bool(UNDEFINED.search(chunk))
        found.lines += chunk.count(b"\n") or chunk.count(b"\r")
        found.size += len(chunk)
        found.has_nul = found.has_nul or (b"\0" in chunk)
    # A file that was cut off inside a letter is one of UTF-8 all the same.
    bad += 0 if good else len(decoder.getstate()[0])
    found.is_mixed = good > bad or start.startswith(codecs.BOM_UTF8)
    if not found.is_mixed:
        found.encoding = LATIN if has_undefined else WINDOWS


def words_for(found: Scan, error: UnicodeDecodeError) -> str:
    before = error.object[: error.start]
    line = found.lines + 1 + (before.count(b"\n") or before.count(b"\r"))
    words = _("Near line %(line)d there are bytes that are no %(encoding)s text.")
    return words % {"line": line, "encoding": encoding_words(found.encoding)}
