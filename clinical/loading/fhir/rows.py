"""From spooled resources to the rows of each kind's table, with the rows that they name found out."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.loading.tables import Record
from clinical.loading.fhir.intake import NO_RESOURCE
from clinical.loading.fhir.naming import NAMED_BY_NUMBER, by_number, listed
from clinical.loading.fhir.observations import parts
from clinical.loading.fhir.references import PERSON, PLACE, References
from clinical.loading.fhir.spool import Spool, Spooled

HEADER = (
    *("KEY", "SERIAL", "TYPE", "SKIP", "FAULTS", "WARN", "PATIENT", "ENCOUNTER", "PRACTITIONER", "LOCATION"),
    *("SPECIALTY", "DEPARTMENT", "ROUTE", "PART", "BODY"),
)
# The one who stands for those whom the source does not name.
UNNAMED = "Practitioner/not-named"
# Their department, and that of whoever tells no specialty; the same in every language, because it is stored.
NO_SPECIALTY = "No specialty given"
NAMING = ("KEY", "PATIENT", "ENCOUNTER", "PRACTITIONER", "LOCATION", "DEPARTMENT")
# Tables whose rows others name; patients must be there or be known.
NAMED = ("locations", "practitioners", "encounters")
# Tables by name, and the types that they hold.
ROWS = {
    "locations": ("Organization", "Location"),
    "practitioners": ("Practitioner",),
    "patients": ("Patient",),
    "identifiers": ("Patient",),
    "encounters": ("Encounter",),
    "conditions": ("Condition",),
    "allergies": ("AllergyIntolerance",),
    "immunizations": ("Immunization",),
    "medications": ("MedicationRequest",),
    "observations": ("Observation",),
    "references": (),
    "Medication": ("Medication",),
    "PractitionerRole": ("PractitionerRole",),
    "Appointment": ("Appointment",),
    "Schedule": ("Schedule",),
    "Slot": ("Slot",),
    NO_RESOURCE: (NO_RESOURCE,),
}


class Rows:
    def __init__(self, spool: Spool) -> None:
        self.spool, self.references = spool, References(spool)
        self.references.gather_roles()

    def of(self, table: str) -> Iterator[Record]:
        special = {
            "encounters": self.encounters,
            "identifiers": self.identifiers,
            "locations": self.locations,
            "medications": self.medications,
            "observations": self.observations,
            "practitioners": self.practitioners,
            "references": self.numbers,
        }
        yield from special[table]() if table in special else self.plain(*ROWS[table])

    def holds(self, table: str) -> bool:
        return table not in NAMED or any(True for _record in self.of(table))

    def plain(self, *types: str) -> Iterator[Record]:
        for row in self.spool.of_types(*types):
            cells = Line(row)
            if row.type in ("Condition", "AllergyIntolerance", "Immunization"):
                self.of_patient(cells)
            yield cells.record()

    def of_patient(self, line: "Line") -> None:
        """Whose it is, and of which visit, where that is loaded."""
        found = self.references.one(line.row, "patient", ("Patient",))
        line.need("PATIENT", found, _("its patient is not loaded; skipped"))
        visit = self.references.one(line.row, "encounter", ("Encounter",))
        line.want("ENCOUNTER", visit, _("its visit is not loaded; loaded without it"))

    def locations(self) -> Iterator[Record]:
        for row in self.spool.of_types("Organization", "Location"):
            line = Line(row)
            if self.references.is_same_place(row):
                line.cells["SKIP"] = _("the same place as its organization; kept once")
            yield line.record()

    def practitioners(self) -> Iterator[Record]:
        for row in self.spool.of_types("Practitioner"):
            line, role = Line(row), self.references.role_of(row.key)
            if role:
                line.cells["SPECIALTY"] = specialty(json.loads(role.body))
                place = self.references.one(role, "location", PLACE)
                line.want("LOCATION", place, _("the place where somebody works is not loaded"))
            line.cells["DEPARTMENT"] = (line.cells["SPECIALTY"] or NO_SPECIALTY).casefold()
            yield line.record()
        if self.references.needs_unnamed():
            line = Line(Spooled(0, "Practitioner", UNNAMED, "", "", 0, body="{}"))
            line.cells["DEPARTMENT"] = NO_SPECIALTY.casefold()
            yield line.record()

    def encounters(self) -> Iterator[Record]:
        for row in self.spool.of_types("Encounter"):
            line = Line(row)
            self.of_patient(line)
            self.performed(line)
            place = self.references.one(row, "location", PLACE)
            line.want("LOCATION", place, _("the place of a visit is not loaded; loaded without it"))
            yield line.record()
        for row in self.spool.of_types("MedicationRequest"):
            if self.references.is_alone(row):
                yield self._stand_in(row)

    def _stand_in(self, row: Spooled) -> Record:
        """A medicine here hangs on a visit: one that names none has a visit of its own moment."""
        body = json.loads(row.body)
        moment = {"start": body["authoredOn"], "end": body["authoredOn"]}
        visit = {
            "period": moment,
            "class": {"code": "AMB"},
            "type": [{"text": "Prescription without a visit"}],
        }
        line = Line(Spooled(row.id, "Encounter", row.key, row.base, row.file, row.number, refs=row.refs))
        line.cells["BODY"] = json.dumps(visit)
        line.warnings.append(_("a prescription that names no visit; kept under a visit of its own moment"))
        found = self.references.one(row, "patient", ("Patient",))
        line.need("PATIENT", found, _("its patient is not loaded; skipped"))
        self.performed(line)
        return line.record()

    def performed(self, line: "Line") -> None:
        found = self.references.one(line.row, "practitioner", PERSON)
        line.cells["PRACTITIONER"] = UNNAMED
        line.want("PRACTITIONER", found, _("who saw the patient is not loaded; kept as “not named”"))
        if not (found.key or found.reason or line.cells["SKIP"] or line.row.faults):
            line.warnings.append(_("does not say who saw the patient; kept as “not named”"))

    def medications(self) -> Iterator[Record]:
        for row in self.spool.of_types("MedicationRequest"):
            line = Line(row)
            found = self.references.one(row, "patient", ("Patient",))
            line.need("PATIENT", found, _("its patient is not loaded; skipped"))
            visit = self.references.one(row, "encounter", ("Encounter",))
            line.cells["ENCOUNTER"] = row.key
            if not self.references.is_alone(row):
                line.need("ENCOUNTER", visit, _("its visit is not loaded; skipped"))
            self._medicine(line)
            yield line.record()

    def _medicine(self, line: "Line") -> None:
        found = self.references.row(line.row, "medication", ("Medication",))
        if isinstance(found, Spooled):
            line.cells["PART"] = json.dumps(json.loads(found.body or "{}").get("code", {}))
        elif found and not json.loads(line.cells["BODY"])["medicationReference"].get("display"):
            line.faults.append(("MedicationRequest.medicationReference", found, _("This points nowhere.")))

    def observations(self) -> Iterator[Record]:
        for row in self.spool.of_types("Observation"):
            line = Line(row)
            self.of_patient(line)
            if not row.body or line.cells["SKIP"] or line.faults:
                yield line.record()
                continue
            for suffix, route, skip, part in parts(json.loads(row.body)):
                said = {"KEY": f"{row.key}{suffix}", "ROUTE": route, "SKIP": skip, "PART": json.dumps(part)}
                yield line.record(said)

    def identifiers(self) -> Iterator[Record]:
        for row in self.spool.of_types("Patient"):
            if row.body and not row.skip:
                for one in listed(json.loads(row.body).get("identifier")):
                    line = Line(row)
                    line.cells |= {"PATIENT": row.key, "BODY": json.dumps(one), "WARN": "", "FAULTS": ""}
                    yield line.record()

    def numbers(self) -> Iterator[Record]:
        """Other names of places and people, kept so that a later load finds them."""
        for row in self.spool.of_types(*NAMED_BY_NUMBER):
            if row.body and not row.skip:
                same = self.references.is_same_place(row)
                names = [*by_number(json.loads(row.body) | {"resourceType": row.type})]
                yield from self._names(row, [*names, row.key] if same else names, same or row.key)
        for role in self.spool.of_types("PractitionerRole"):
            found = self.references.one(role, "practitioner", ("Practitioner",))
            if found.key and role.body:
                yield from self._names(role, [role.key], found.key)

    def _names(self, row: Spooled, names: list[str], target: str) -> Iterator[Record]:
        column = "LOCATION" if row.type in PLACE else "PRACTITIONER"
        for name in names:
            line = Line(row)
            line.cells |= {"KEY": name, column: target, "BODY": "", "WARN": "", "SKIP": "", "ROUTE": column}
            yield line.record()


class Line:
    """One row in the making."""

    def __init__(self, row: Spooled) -> None:
        self.row = row
        self.faults: list[Any] = json.loads(row.faults) if row.faults else []
        self.warnings: list[str] = []
        self.cells = dict.fromkeys(HEADER, "") | {
            "KEY": row.key,
            "SERIAL": str(row.id),
            "TYPE": row.type,
            "SKIP": row.skip,
            "BODY": row.body,
        }

    def need(self, column: str, found: Any, skip: str) -> None:
        """Without it the row cannot be loaded."""
        if found.reason:
            self.faults.append((found.path, found.text, found.reason))
        elif found.is_skipped and not self.cells["SKIP"]:
            self.cells["SKIP"] = skip
        self.cells[column] = found.key

    def want(self, column: str, found: Any, words: str) -> None:
        """Where it is not loaded, the row stands alone."""
        if found.reason:
            self.faults.append((found.path, found.text, found.reason))
        elif found.is_skipped:
            self.warnings.append(words)
        elif found.key:
            self.cells[column] = found.key

    def record(self, said: dict[str, str] | None = None) -> Record:
        cells = self.cells | (said or {})
        if self.faults and not cells["SKIP"]:
            cells["FAULTS"] = json.dumps(self.faults, default=str)
            # What a faulty row does not name is no fault beside the one that is told.
            cells |= {name: cells[name] or f"?{self.row.id}" for name in NAMING}
        cells["WARN"] = json.dumps(self.warnings) if self.warnings else ""
        return Record(self.row.number, [cells[name] for name in HEADER], "", self.row.file)


def specialty(role: dict[str, Any]) -> str:
    """The specialty in words, or else what the person does there."""
    for concept in [*listed(role.get("specialty")), *listed(role.get("code"))]:
        displays = [coding.get("display") for coding in listed(concept.get("coding"))]
        for words in (concept.get("text"), *displays):
            if words:
                return str(words)[:100]
    return ""
