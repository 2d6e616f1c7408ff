"""Medical record numbers: nine counter digits and the check digit of ISO 7064 MOD 11,10."""

import re

FIRST = 100_000_001


def check_digit(counter: str) -> str:
    """The ISO 7064 MOD 11,10 digit: it finds every single wrong digit and nearly all swapped ones."""
    remainder = 10
    for digit in counter:
        total = (remainder + int(digit)) % 10 or 10
        remainder = total * 2 % 11
    return str((11 - remainder) % 10)


def mrn(number: int) -> str:
    counter = f"{number:09d}"
    return counter + check_digit(counter)


def normalise(text: str) -> str:
    """The digits of a number that a person typed with spaces or dashes."""
    return re.sub(r"[\s\-‐‑–]", "", text)


def is_mrn(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{10}", text)) and check_digit(text[:9]) == text[9]


def grouped(text: str) -> str:
    """The number as people read it aloud: 3-3-4."""
    return f"{text[:3]} {text[3:6]} {text[6:]}"
