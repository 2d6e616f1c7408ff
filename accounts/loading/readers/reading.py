"""How a file is to be read, or was found to be written."""

import codecs
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.errors import DomainError

COMMA, SEMICOLON, TAB, BAR = ",", ";", "\t", "|"
DELIMITERS = (COMMA, SEMICOLON, TAB, BAR)
# What people call them on a command line.
SPOKEN = {"comma": COMMA, "semicolon": SEMICOLON, "tab": TAB, "\\t": TAB, "pipe": BAR, "bar": BAR}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "iso8859-1": "Latin-1",
}
# Any bytes: codecs that turn bytes into bytes refuse to give text for them.
PROBE = b"ab"


@dataclass(frozen=True)
class Reading:
    """What is empty is found out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    def checked(self) -> "Reading":
        """In the form that readers use; raises DomainError for what nobody can read by."""
        return Reading(known_encoding(self.encoding), known_delimiter(self.delimiter), self.sheet)


def known_encoding(name: str) -> str:
    if not name:
        return ""
    try:
        PROBE.decode(name, "replace")
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        words = _("“%(name)s” is no encoding of text. Use utf-8, utf-16, cp1252 or latin-1, for instance.")
        raise DomainError(words % {"name": name}) from None


def known_delimiter(name: str) -> str:
    found = SPOKEN.get(name.strip().lower(), name)
    if len(found) > 1 or found in ('"', "\n", "\r"):
        words = _("“%(name)s” cannot separate columns. Use one of , ; | or tab.")
        raise DomainError(words % {"name": name})
    return found


def encoding_words(name: str) -> str:
    return ENCODINGS.get(name, name)


def delimiter_words(delimiter: str) -> str:
    return _("a tab") if delimiter == TAB else f"“{delimiter}”"
