"""The columns of a file: how their names compare, and what people call them."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

# What stands between the words of a header, and round them.
BETWEEN = re.compile(r"[\W_]+")

LABELS: dict[str, Any] = {
    "ADDRESS": _("Address"),
    "ANCHOR_DATE": _("A day in a week that counts"),
    "BIRTH_DATE": _("Date of birth"),
    "CANCEL_REASON": _("Reason of the cancellation"),
    "CITY": _("Town or city"),
    "DECEASED": _("Date of death"),
    "DEPARTMENT": _("Department"),
    "DESCRIPTION": _("Description"),
    "DOCTOR": _("Doctor"),
    "DRIVERS_LICENCE": _("Driver's licence"),
    "DURATION": _("Length in minutes"),
    "EMAIL": _("E-mail address"),
    "END": _("End"),
    "EVERY_WEEKS": _("Every so many weeks"),
    "FAMILY_NAME": _("Family name"),
    "GENDER": _("Sex"),
    "GIVEN_NAME": _("Given name"),
    "ID": _("Key in the other system"),
    "LICENCE_NUMBER": _("Licence number"),
    "LOCATION": _("Location"),
    "MRN": _("Record number of the other house"),
    "NAME": _("Name"),
    "NATIONAL_ID": _("National identifier"),
    "OPENING_HOURS": _("Opening hours"),
    "PARENT": _("Part of"),
    "PASSPORT": _("Passport"),
    "PATIENT": _("Patient"),
    "PHONE": _("Phone"),
    "POSTAL_CODE": _("Postal code"),
    "REASON": _("Reason for the visit"),
    "SPECIALTY": _("Specialty"),
    "SSN": _("Social security number"),
    "START": _("Start"),
    "STATE": _("State or region"),
    "STATUS": _("Status"),
    "TITLE": _("Title"),
    "TYPE": _("Type of visit"),
    "TYPES": _("Types of visit"),
    "VALID_FROM": _("First day"),
    "VALID_UNTIL": _("Last day"),
    "WEEKDAY": _("Weekday"),
}


def label(column: str) -> Any:
    """What people call a column."""
    return LABELS.get(column) or column.replace("_", " ").capitalize()


def spelt(name: str) -> str:
    """As tables write a header: in capitals, with single spaces."""
    return " ".join(name.split()).upper()


def plain(name: str) -> str:
    """Two headers are alike when these are: “Birth date”, “BIRTH_DATE” and “birth-date”."""
    return BETWEEN.sub("", name).upper()
