"""Synthea's CSV table of vaccinations: all of them were given."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.kinds import Kind, Parent, Row
from clinical.loading.synthea_history import PATIENT
from clinical.models import Immunization
from clinical.models.immunization import CVX


class Immunizations(Kind):
    name = table = "immunizations"
    model = Immunization
    key = ("PATIENT", "ENCOUNTER", "CODE", "DATE")
    natural = True
    required = ("DESCRIPTION",)
    parents = (PATIENT, Parent("encounter", "ENCOUNTER", "encounters", required=False))
    owner = "patient"

    def parse(self, cells: Cells) -> dict[str, Any]:
        return {
            "system": CVX,
            "code": cells.code("CODE", 10, required=True),
            "display": cells.text("DESCRIPTION", 300, required=True),
            "status": Immunization.Status.COMPLETED,
            "happened_at": cells.past("DATE"),
        }

    def objections(self, rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
        reason = _("This vaccination was loaded before and cannot change.")
        return {row.key: ("", reason) for row in rows}
