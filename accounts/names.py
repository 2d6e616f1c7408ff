"""How names are compared: without case, accents or spare spaces, whatever the script; and by their sound."""

import re
import unicodedata
from functools import lru_cache

import jellyfish

APOSTROPHES = str.maketrans("", "", "'’ʼ`´")
# A word of a name: its letters, and what else belongs to it.
WORD = re.compile(r"[^\W_]+")


def search_key(*names: str) -> str:
    """Casefolded, accents dropped, spaces single; scripts that have no accents stay as they are."""
    plain = " ".join(names)
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


def sound_key(*names: str) -> str:
    """The sound of each word, in alphabetical order, so that the order of the names does not matter.

    Words without Latin letters stand for themselves.
    """
    words = WORD.findall(search_key(*names).translate(APOSTROPHES))
    return " ".join(sorted({sound(word) for word in words}))[:250]


@lru_cache(maxsize=2**14)
def sound(word: str) -> str:
    """Metaphone of the letters; digits, which some sources write into names, are kept."""
    letters = "".join(letter for letter in word if letter.isascii() and letter.isalpha())
    digits = "".join(letter for letter in word if letter.isdecimal())
    return (jellyfish.metaphone(letters) or letters) + digits if letters else word
