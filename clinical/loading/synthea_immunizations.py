"""Synthea's CSV table of vaccinations: all of them were given."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.kinds import Parent, Row
from clinical.loading.alike import Facts
from clinical.loading.synthea_history import PATIENT, Timed
from clinical.loading.synthea_times import past
from clinical.models import Immunization
from clinical.models.immunization import CVX


class Immunizations(Timed):
    name = table = "immunizations"
    model = Immunization
    key: ClassVar[tuple[str, ...]] = ("PATIENT", "ENCOUNTER", "CODE", "DATE")
    time = "DATE"
    required: ClassVar[tuple[str, ...]] = ("DESCRIPTION",)
    parents = (PATIENT, Parent("encounter", "ENCOUNTER", "encounters", required=False))
    owner = "patient"
    stays = True
    adopted = Facts(Immunization, "patient_id", "happened_at", "code", near=["encounter_id"])

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return self.adopted.adopt(rows, self.noun)

    def parse(self, cells: Cells) -> dict[str, Any]:
        return {
            "system": CVX,
            "code": cells.code("CODE", 10, required=True),
            "display": cells.text("DESCRIPTION", 300, required=True),
            "status": Immunization.Status.COMPLETED,
            "happened_at": past(cells, "DATE"),
        }

    def objections(self, rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
        reason = _("This vaccination was loaded before and cannot change.")
        return {row.key: ("", reason) for row in rows}
