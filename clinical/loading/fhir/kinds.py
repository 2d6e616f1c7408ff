"""What all kinds that come from FHIR have in common."""

from typing import Any, ClassVar

from accounts.loading.cells import Cells
from accounts.loading.kinds import Kind, Parent
from clinical.loading.fhir.told import Told

PATIENT = Parent("patient", "PATIENT", "patients")
ENCOUNTER = Parent("encounter", "ENCOUNTER", "encounters", required=False)


class FromFhir(Kind):
    """`read` is asked only about resources that are sound."""

    key: ClassVar[tuple[str, ...]] = ("KEY",)
    natural = False
    required: ClassVar[tuple[str, ...]] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return ()

    def left_out(self, cells: Cells) -> str:
        return cells.get("SKIP")

    def parse(self, cells: Cells) -> dict[str, Any]:
        told = Told(cells)
        return {} if told.is_faulty else self.read(told)

    def read(self, told: Told) -> dict[str, Any]:
        raise NotImplementedError(type(self))


class OfPatient(FromFhir):
    parents = (PATIENT, ENCOUNTER)
    owner = "patient"
