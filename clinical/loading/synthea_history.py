"""Synthea's CSV tables: what happened, which is history and therefore finished."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.kinds import Kind, Parent, Row, assign
from accounts.loading.pouring import pour
from accounts.models import Doctor
from clinical.loading.alike import Facts
from clinical.loading.synthea_times import key_of, moment
from clinical.models import Condition, Encounter, Prescription, PrescriptionItem
from clinical.models.encounter import EncounterStatus
from clinical.models.prescription import RXNORM

SNOMED = "http://snomed.info/sct"
CLASSES = {
    "wellness": Encounter.Class.AMBULATORY,
    "ambulatory": Encounter.Class.AMBULATORY,
    "outpatient": Encounter.Class.AMBULATORY,
    "urgentcare": Encounter.Class.AMBULATORY,
    "emergency": Encounter.Class.EMERGENCY,
    "inpatient": Encounter.Class.INPATIENT,
    "snf": Encounter.Class.INPATIENT,
    "hospice": Encounter.Class.INPATIENT,
    "home": Encounter.Class.HOME,
    "virtual": Encounter.Class.VIRTUAL,
}
PATIENT = Parent("patient", "PATIENT", "patients")


class Encounters(Kind):
    """Visits without appointment or record; the department is the doctor's."""

    name = table = "encounters"
    model = Encounter
    required: ClassVar[tuple[str, ...]] = ("START", "STOP", "ENCOUNTERCLASS")
    parents = (
        PATIENT,
        Parent("doctor", "PROVIDER", "providers"),
        Parent("location", "ORGANIZATION", "organizations", required=False),
    )
    owner = "patient"
    stays = True
    adopted = Facts(Encounter, "patient_id", "started_at", "doctor_id", near=["ended_at"])

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        """The same patient with the same doctor at the same moment: another system told of this visit before."""
        return self.adopted.adopt(rows, self.noun)

    def parse(self, cells: Cells) -> dict[str, Any]:
        started_at, ended_at = moment(cells, "START", required=True), moment(cells, "STOP", required=True)
        cells.in_order(started_at, ended_at, "STOP")
        if ended_at and ended_at > cells.now:
            cells.refuse("STOP", _("A visit that is not over cannot be loaded as history."))
        return {
            "status": EncounterStatus.FINISHED,
            "class_code": cells.choice("ENCOUNTERCLASS", CLASSES, Encounter.Class.AMBULATORY),
            "reason": visit_reason(cells),
            "started_at": started_at,
            "ended_at": ended_at,
        }

    def warnings(self, row: Row, facts: dict[str, Any]) -> list[str]:
        """A death date is the start of that day, so only the next day is after it."""
        died: dt.datetime | None = facts["patient"]
        late = died is not None and row.values["started_at"] >= died + dt.timedelta(days=1)
        return [_("visit after the patient's death; loaded")] if late else []

    def objections(self, rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
        reason = _("This finished visit was loaded before and cannot change.")
        return {row.key: ("", reason) for row in rows}

    def create(self, rows: Sequence[Row]) -> list[int]:
        doctors = Doctor.objects.filter(pk__in={row.parent_ids["doctor"] for row in rows})
        departments = dict(doctors.values_list("pk", "department_id"))
        for row in rows:
            row.parent_ids["department"] = departments[row.parent_ids["doctor"]]
        return super().create(rows)


def visit_reason(cells: Cells) -> str:
    """What kind of visit, and for what when the source says so."""
    reason = ": ".join(filter(None, [cells.get("DESCRIPTION"), cells.get("REASONDESCRIPTION")]))
    if len(reason) > 500:
        cells.refuse("DESCRIPTION", _("This is longer than %(limit)d characters.") % {"limit": 500})
    return reason


class Timed(Kind):
    """Without a key of its own; `time` is the part of its natural one that can be written in several ways."""

    natural = True
    time: ClassVar[str] = "START"

    def key_text(self, cells: Cells) -> str:
        said = (cells.get(column) for column in self.key)
        return "|".join(
            key_of(text) if column == self.time else text for column, text in zip(self.key, said, strict=True)
        )


class Conditions(Timed):
    name = table = "conditions"
    model = Condition
    key: ClassVar[tuple[str, ...]] = ("PATIENT", "ENCOUNTER", "CODE", "START")
    required: ClassVar[tuple[str, ...]] = ("STOP", "DESCRIPTION")
    parents = (PATIENT, Parent("encounter", "ENCOUNTER", "encounters", required=False))
    owner = "patient"
    adopted = Facts(Condition, "patient_id", "onset_date", "code", near=["encounter_id"])

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return self.adopted.adopt(rows, self.noun)

    def parse(self, cells: Cells) -> dict[str, Any]:
        onset, abatement = cells.day("START", required=True), cells.day("STOP")
        cells.in_order(onset, abatement, "STOP")
        status = Condition.ClinicalStatus
        return {
            "system": SNOMED,
            "code": cells.code("CODE", 40, required=True),
            "display": cells.text("DESCRIPTION", 300, required=True),
            "clinical_status": status.RESOLVED if abatement else status.ACTIVE,
            "onset_date": onset,
            "abatement_date": abatement,
        }


class Medications(Timed):
    """A prescription with one item and no dose; DISPENSES counts past hand-outs, which no field here means."""

    name = table = "medications"
    model = Prescription
    key: ClassVar[tuple[str, ...]] = ("PATIENT", "ENCOUNTER", "CODE", "START")
    required: ClassVar[tuple[str, ...]] = ("STOP", "DESCRIPTION")
    parents = (PATIENT, Parent("encounter", "ENCOUNTER", "encounters"))
    owner = "patient"
    # What may still change once the visit is finished.
    ends = ("status", "stopped_at")
    adopted = Facts(
        *(PrescriptionItem, "patient_id", "happened_at", "code"),
        near=["encounter_id"],
        target="prescription_id",
        path="prescription",
    )

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return self.adopted.adopt(rows, self.noun)

    def parse(self, cells: Cells) -> dict[str, Any]:
        started_at, stopped_at = moment(cells, "START", required=True), moment(cells, "STOP")
        cells.in_order(started_at, stopped_at, "STOP")
        status = PrescriptionItem.Status
        return {
            "happened_at": started_at,
            "system": RXNORM,
            "code": cells.code("CODE", 40, required=True),
            "medicine": cells.text("DESCRIPTION", 300, required=True),
            "indication": cells.text("REASONDESCRIPTION", 200),
            "status": status.COMPLETED if stopped_at else status.ACTIVE,
            "stopped_at": stopped_at,
        }

    def objections(self, rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
        """The key fixes patient, visit, code and time; of the rest only the end may change."""
        kept = ("medicine", "indication")
        items = PrescriptionItem.objects.filter(prescription__in=[row.target_id for row in rows])
        before = {pk: tuple(rest) for pk, *rest in items.values_list("prescription_id", *kept)}
        reason = _("This medicine of a finished visit was loaded before: only its end can change.")
        differing = (r for r in rows if before[r.target_id] != tuple(r.values[name] for name in kept))
        return {row.key: ("DESCRIPTION", reason) for row in differing}

    def create(self, rows: Sequence[Row]) -> list[int]:
        visits = Encounter.objects.filter(pk__in={row.parent_ids["encounter"] for row in rows})
        doctors = dict(visits.values_list("pk", "doctor_id"))
        made = pour(
            Prescription,
            (
                {
                    "patient_id": row.parent_ids["patient"],
                    "encounter_id": row.parent_ids["encounter"],
                    "prescriber_id": doctors[row.parent_ids["encounter"]],
                    "happened_at": row.values["happened_at"],
                }
                for row in rows
            ),
        )
        items = ({"prescription_id": pk, **self._item(row)} for row, pk in zip(rows, made, strict=True))
        pour(PrescriptionItem, items)
        return made

    def before(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        items = PrescriptionItem.objects.filter(prescription__in=[row.target_id for row in rows])
        return [(PrescriptionItem, pk, list(self.ends)) for pk in items.values_list("pk", flat=True)]

    def update(self, rows: Sequence[Row]) -> None:
        targets = {row.target_id: row for row in rows}
        items = PrescriptionItem.objects.select_for_update().filter(prescription__in=targets)
        changed = list(items)
        for item in changed:
            assign(item, {name: targets[item.prescription_id].values[name] for name in self.ends})
        PrescriptionItem.objects.bulk_update(changed, self.ends)

    def _item(self, row: Row) -> dict[str, Any]:
        return {name: value for name, value in row.values.items() if name != "happened_at"}
