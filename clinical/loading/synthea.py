"""The layout of Synthea's CSV export; its other tables are told as skipped."""

from django.utils.translation import gettext_lazy as _

from accounts.loading.house.identifiers import Passports, SocialSecurity
from accounts.loading.registry import Layout, register
from clinical.loading.synthea_allergies import Allergies
from clinical.loading.synthea_history import Conditions, Encounters, Medications
from clinical.loading.synthea_immunizations import Immunizations
from clinical.loading.synthea_observations import Results
from clinical.loading.synthea_others import Others
from clinical.loading.synthea_people import (
    GUARDED,
    Departments,
    DriversLicences,
    Organizations,
    Patients,
    Providers,
)
from clinical.loading.synthea_vitals import Vitals

KINDS = (
    Organizations(),
    Departments(),
    Providers(),
    Patients(),
    SocialSecurity(),
    DriversLicences(),
    Passports(),
    Encounters(),
    Conditions(),
    Medications(),
    Allergies(),
    Immunizations(),
    Vitals(),
    Results(),
    Others(),
)

register(
    Layout(system="synthea", kinds=KINDS, needed="patients", label=_("Synthea’s CSV export"), guarded=GUARDED)
)
