"""Telephone numbers, e-mail and postal addresses as files have them."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber, to_python
from phonenumbers.phonemetadata import PhoneMetadata

from accounts.loading.cells import REWRITTEN, Cells
from accounts.loading.house.dialling import usual_number

# Lengths of an American postal code, with and without its last four digits, that begins with a nought.
SHORTENED = (4, 8)


def phone(cells: Cells, column: str = "PHONE") -> str:
    """In the form +442079460123; a national number is one of PHONE_REGION. Refuses what nobody could dial."""
    text = cells.text(column, 60)
    if not text:
        return ""
    found = read_phone(text, settings.PHONENUMBER_DEFAULT_REGION)
    if found is None:
        cells.refuse(column, unusable(text))
        return ""
    number, has_extension, has_lost_nought = found
    if has_extension:
        cells.warnings.append(_("the extension of %(column)s is not kept") % {"column": column})
    if has_lost_nought:
        words = _("%(column)s has no leading nought; taken for a number of this country")
        cells.warnings.append(words % {"column": column})
    return number


@lru_cache(maxsize=2**10)
def read_phone(text: str, region: str) -> tuple[str, bool, bool] | None:
    """In full; whether it has an extension, and whether its nought is lost. Kept, because families share one."""
    if usual := usual_number(text, region):
        return usual, False, False
    number = None if REWRITTEN.fullmatch(text) else to_python(text, region=region)
    if number is None or not number.is_valid():
        return None
    return str(number.as_e164), bool(number.extension), lost_nought(text, number, region)


def unusable(text: str) -> str:
    if REWRITTEN.fullmatch(text):
        return _("A spreadsheet has rewritten this number. Format the column as text and fill it in again.")
    words = _(
        "No such phone number exists. Write it in full, like +44 20 7946 0123, or as it is dialled in %(region)s,"
        " or leave it empty."
    )
    return words % {"region": settings.PHONENUMBER_DEFAULT_REGION or "—"}


def lost_nought(text: str, number: PhoneNumber, region: str) -> bool:
    """A national number that begins with neither the prefix of its country nor the country's own code."""
    prefix = national_prefix(region)
    digits = "".join(letter for letter in text if letter.isdigit())
    if text.startswith("+") or prefix != "0" or digits.startswith(prefix):
        return False
    return not digits.startswith(str(number.country_code))


@lru_cache(maxsize=8)
def national_prefix(region: str | None) -> str:
    known: Any = PhoneMetadata.metadata_for_region(region) if region else None
    return (known and known.national_prefix) or ""


def email(cells: Cells, column: str = "EMAIL") -> str:
    text = cells.text(column, 254)
    if text:
        try:
            validate_email(text)
        except ValidationError:
            cells.refuse(column, _("This is not an e-mail address like ana@example.org."))
    return text


def one_line(cells: Cells, column: str, limit: int) -> str:
    """A field of one line: lines of the file are joined by commas."""
    text = cells.get(column)
    if "\n" in text or "\r" in text:
        text = ", ".join(line.strip(" ,") for line in text.splitlines() if line.strip(" ,"))
        cells.warnings.append(_("the lines of %(column)s were joined by commas") % {"column": column})
    if len(text) > limit:
        cells.refuse(column, _("This is longer than %(limit)d characters.") % {"limit": limit})
    return text


def postal_code(cells: Cells, column: str, *, american: bool) -> str:
    code = cells.code(column, 20)
    if american and len(code) in SHORTENED and code.isdecimal():
        words = _("%(column)s seems to have lost its leading nought; kept as it is")
        cells.warnings.append(words % {"column": column})
    return code
