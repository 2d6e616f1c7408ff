"""Medicines that are handed out by the piece, and how their number is said."""

from decimal import Decimal

PIECES = {
    "tablet": "tablets",
    "capsule": "capsules",
    "pill": "pills",
    "sachet": "sachets",
    "patch": "patches",
    "suppository": "suppositories",
    "lozenge": "lozenges",
    "ampoule": "ampoules",
    "vial": "vials",
}
SINGULAR = {plural: single for single, plural in PIECES.items()}


def is_counted(unit: str) -> bool:
    return piece(unit) in PIECES


def piece(unit: str) -> str:
    """One of it, in small letters, where it is a piece; else as it is written."""
    plain = unit.strip().casefold()
    return SINGULAR.get(plain, plain) if plain in SINGULAR or plain in PIECES else unit.strip()


def counted(number: Decimal | int, unit: str) -> str:
    """1 tablet, 0.5 tablet, 2 tablets, 5 mg: no zeros at the end."""
    words = piece(unit)
    if number > 1:
        words = PIECES.get(words, words)
    return f"{Decimal(number).normalize():f} {words}".strip()
