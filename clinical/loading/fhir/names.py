"""Numbers by which places and practitioners are known elsewhere, kept so that later loads find them."""

from collections.abc import Sequence
from typing import Any

from accounts.loading.cells import Cells
from accounts.loading.kinds import Parent, Row
from accounts.models import Doctor, Location, SourceReference
from clinical.loading.fhir.kinds import FromFhir


class Names(FromFhir):
    """Identifiers of places and practitioners: no rows, only names under which a later load finds them."""

    table = "references"
    distinct = True

    def parse(self, cells: Cells) -> dict[str, Any]:
        return {}

    def left_out(self, cells: Cells) -> str:
        return ""

    def takes(self, cells: Cells) -> bool:
        return cells.get("ROUTE") == self.parents[0].column

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        """Never a row of its own; -1 stands for one that is written in the second pass."""
        field = self.parents[0].field
        return {row.key: row.parent_ids[field] or -1 for row in rows}

    def update(self, rows: Sequence[Row]) -> None:
        """It names somebody else now."""
        field = self.parents[0].field
        for row in rows:
            SourceReference.objects.filter(pk=row.reference_id or 0).update(target_id=row.parent_ids[field])

    def before(self, rows: Sequence[Row]) -> list[Any]:
        return [(SourceReference, row.reference_id or 0, ["target_id"]) for row in rows]


class PlaceNames(Names):
    name = "names of locations"
    model = Location
    parents = (Parent("location", "LOCATION", "locations"),)


class PersonNames(Names):
    name = "names of practitioners"
    model = Doctor
    parents = (Parent("practitioner", "PRACTITIONER", "practitioners"),)
