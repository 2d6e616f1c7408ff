"""What FHIR R4 (4.0.1) says of the elements of those types that are judged here."""

from collections.abc import Mapping

from clinical.loading.fhir.shapes import care, datatypes, people, planning
from clinical.loading.fhir.shapes.notation import Shape, read

DATATYPES: Mapping[str, Shape] = {name: read(text) for name, text in datatypes.TABLES.items()}
RESOURCES: Mapping[str, Shape] = {
    name: read(datatypes.RESOURCE + text)
    for tables in (people.TABLES, care.TABLES, planning.TABLES)
    for name, text in tables.items()
}

__all__ = ["DATATYPES", "RESOURCES", "Shape"]
