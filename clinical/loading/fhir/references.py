"""Whom a resource means by what it says: found in the spool, else by the key that an earlier load gave it."""

import json
from typing import NamedTuple

from django.utils.translation import gettext as _

from clinical.loading.fhir.spool import Spool, Spooled

PERSON = ("Practitioner", "PractitionerRole")
PLACE = ("Organization", "Location")


class Found(NamedTuple):
    """`reason` says why the reference cannot be followed; `is_skipped`, that what it names is not loaded."""

    key: str = ""
    reason: str = ""
    is_skipped: bool = False
    path: str = ""
    text: str = ""


class References:
    def __init__(self, spool: Spool) -> None:
        self.spool = spool

    def texts(self, row: Spooled, role: str) -> list[str]:
        return list(json.loads(row.refs).get(role, [])) if row.refs else []

    def one(self, row: Spooled, role: str, types: tuple[str, ...]) -> Found:
        """The first that the resource names in this role."""
        for text in self.texts(row, role)[:1]:
            return self.follow(row, text, types, f"{row.type}.{role}")
        return Found()

    def row(self, row: Spooled, role: str, types: tuple[str, ...]) -> Spooled | str:
        """The resource itself, or the text that names none; nothing when nothing is named."""
        for text in self.texts(row, role)[:1]:
            found = self.spool.find(text, row)
            return found if isinstance(found, Spooled) and found.type in types else text
        return ""

    def follow(self, row: Spooled, text: str, types: tuple[str, ...], path: str) -> Found:
        found = self.spool.find(text, row)
        if found is None:
            return Found(self.spool.outside(text, row, types[0]), path=path, text=text)
        if not isinstance(found, Spooled):
            reason = _("Several resources have this address, so nobody can say which is meant.")
            return Found("", reason, path=path, text=text)
        if found.type not in types:
            words = _("This names a resource of the type %(type)s; needed is %(types)s.")
            return Found("", words % {"type": found.type, "types": ", ".join(types)}, path=path, text=text)
        if found.type == "PractitionerRole" and not found.faults:
            return self.one(found, "practitioner", ("Practitioner",))
        if found.type == "Location" and (same := self.is_same_place(found)):
            return Found(same, path=path, text=text)
        return Found(found.key, is_skipped=bool(found.skip), path=path, text=text)

    def is_same_place(self, row: Spooled) -> str:
        """The key of the organization that runs the place, where both have one name: then it is one place here."""
        if row.type != "Location" or row.faults or row.skip or not row.body:
            return ""
        for text in self.texts(row, "organization")[:1]:
            owner = self.spool.find(text, row)
            if isinstance(owner, Spooled) and owner.body and not owner.skip and name(owner) == name(row):
                return owner.key
        return ""

    def is_alone(self, row: Spooled) -> bool:
        """Whether a prescription is to be loaded and names no visit."""
        return bool(row.body) and not row.skip and not self.texts(row, "encounter")

    def gather_roles(self) -> None:
        """The first role of each practitioner that is not over."""
        for row in self.spool.of_types("PractitionerRole"):
            found = self.one(row, "practitioner", ("Practitioner",))
            if found.key and row.body and json.loads(row.body).get("active") is not False:
                self.spool.rows.execute("INSERT OR IGNORE INTO role VALUES (?, ?)", [found.key, row.id])

    def role_of(self, practitioner: str) -> Spooled | None:
        found = self.spool.rows.execute("SELECT resource FROM role WHERE practitioner = ?", [practitioner])
        number = found.fetchone()
        return self.spool.get(number[0]) if number else None

    def needs_unnamed(self) -> bool:
        """Whether some visit does not say who saw the patient, or names somebody who is not loaded."""
        for row in self.spool.of_types("Encounter", "MedicationRequest"):
            is_visit = row.type == "Encounter" and row.body and not row.skip
            if is_visit or self.is_alone(row):
                found = self.one(row, "practitioner", PERSON)
                if found.is_skipped or not (found.key or found.reason):
                    return True
        return False


def name(row: Spooled) -> str:
    return str(json.loads(row.body).get("name", "")).strip().casefold()
