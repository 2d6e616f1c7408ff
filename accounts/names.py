"""How names are compared: without case, accents or spare spaces, whatever the script."""

import unicodedata


def search_key(*names: str) -> str:
    """Casefolded, accents dropped, spaces single; scripts that have no accents stay as they are."""
    decomposed = unicodedata.normalize("NFKD", " ".join(names))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())
