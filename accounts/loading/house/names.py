"""Names as files have them: in one column or two, with digits glued to them, in any script."""

import re

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.names import search_key

LONGEST = 100
LONGEST_SEARCHED = 250
# Digits behind a letter, at the end of a word: Jerónimo599.
GLUED = re.compile(r"(?<=[^\W\d_])\d+(?!\w)")


def split_name(name: str) -> tuple[str, str]:
    """“Rao, Asha” names the family first; else the last word is the family name; a single word is a given name."""
    if "," in name:
        family, _comma, given = (part.strip() for part in name.partition(","))
        return (given, family) if given else (family, "")
    given, _space, family = name.rpartition(" ")
    return (given.strip(), family) if given else (family, "")


def whole_name(cells: Cells) -> tuple[str, str]:
    """Given and family name from their own columns, or from NAME; faults and warnings stay with the cells."""
    given, family = cells.text("GIVEN_NAME", LONGEST), cells.text("FAMILY_NAME", LONGEST)
    if given:
        return plain_name(cells, "GIVEN_NAME", given, family)
    if family:
        cells.warnings.append(_("a single name, kept as the given name"))
        return plain_name(cells, "FAMILY_NAME", family, "")
    column = "NAME" if "NAME" in cells.columns else "GIVEN_NAME"
    given, family = split_name(cells.text(column, 2 * LONGEST, required=True))
    if max(len(given), len(family)) > LONGEST:
        cells.refuse(column, _("This is longer than %(limit)d characters.") % {"limit": LONGEST})
    return plain_name(cells, column, given, family)


def plain_name(cells: Cells, column: str, given: str, family: str) -> tuple[str, str]:
    """As it is written, but for what the load was told to take away."""
    if cells.options.strip_name_digits:
        given, family = without_digits(cells, given), without_digits(cells, family)
    if not f"{given}{family}".isprintable():
        refuse_controls(cells, column, given + family)
    return given, family


def without_digits(cells: Cells, name: str) -> str:
    stripped = GLUED.sub("", name)
    if stripped != name:
        cells.warnings.append(_("digits at the end of a name were taken away"))
    return stripped


def refuse_controls(cells: Cells, column: str, name: str) -> None:
    """Line breaks and other control characters; what steers the direction of a script belongs to names."""
    if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name):
        cells.refuse(column, _("A name cannot hold line breaks, tabs or other control characters."))


def searched(cells: Cells, column: str, given: str, family: str) -> str:
    """The form that is searched: a few letters stand for whole words there, so it may be far longer."""
    key = search_key(given, family)
    if len(key) > LONGEST_SEARCHED:
        cells.refuse(column, _("This name is too long to be searched for."))
    return key
