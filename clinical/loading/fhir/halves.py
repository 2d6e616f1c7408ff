r"""Half a character spelt in JSON, like \ud800 alone: a parser puts some other letter there and says nothing."""

import re
from typing import IO

from django.utils.translation import gettext as _

# Every escape, so that of two backslashes none begins another; two halves that belong together are one.
ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.?)",
    re.DOTALL,
)
PAIR = len(rb"\ud83d\ude00")


class HalfCharacter(ValueError):
    """In words for people."""

    def __init__(self, half: bytes) -> None:
        words = _("It holds half a character (%(half)s), so nobody can say which one is meant.")
        super().__init__(words % {"half": f"\\{half.decode()}"})


class WholeCharacters:
    """A stream that raises HalfCharacter instead of giving one away, wherever its pieces are cut."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.rest = stream, b""

    def read(self, size: int = -1) -> bytes:
        piece = self.stream.read(size)
        self.rest = looked_through(self.rest + piece, is_end=not piece)
        return piece


def looked_through(text: bytes, *, is_end: bool = True) -> bytes:
    """What is left at the end of a piece, because an escape may go on in the next one."""
    if b"\\u" not in text:
        return text[len(text.rstrip(b"\\")) :]
    for found in ESCAPE.finditer(text):
        if not is_end and found.end() > len(text) - PAIR:
            return text[found.start() :]
        if found["half"]:
            raise HalfCharacter(found["half"])
    return b""
