"""The layout of FHIR R4: all kinds, parents first."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from accounts.loading.registry import Layout, register
from clinical.loading.fhir.history import Allergies, Conditions, Encounters, Immunizations, Medications
from clinical.loading.fhir.measured import Others, Results, Vitals
from clinical.loading.fhir.names import PersonNames, PlaceNames
from clinical.loading.fhir.others import JUDGED, Identifiers
from clinical.loading.fhir.people import (
    Departments,
    Locations,
    Patients,
    Practitioners,
)
from clinical.loading.fhir.source import FhirSource

KINDS = (
    *JUDGED,
    Locations(),
    PlaceNames(),
    Departments(),
    Practitioners(),
    PersonNames(),
    Patients(),
    Identifiers(),
    Encounters(),
    Conditions(),
    Allergies(),
    Immunizations(),
    Medications(),
    Vitals(),
    Results(),
    Others(),
)


def opened(path: Path, name: str, system: str) -> FhirSource:
    """What somebody uploaded under this name, from the system of that name."""
    return FhirSource([path], name=name, system=system)


FHIR = Layout(
    system="fhir",
    kinds=KINDS,
    needed="patients",
    label=_("FHIR R4: JSON, NDJSON, folders and archives"),
    guarded=("identifier",),
    opener=opened,
)
register(FHIR)
