"""A house's own files: departments, doctors, patients; one set of keys, so that they find each other."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.loading.house.departments import Departments, parents_first
from accounts.loading.house.doctors import Doctors, doctor
from accounts.loading.house.identifiers import (
    DriversLicences,
    NationalIds,
    Passports,
    RecordNumbers,
    SocialSecurity,
)
from accounts.loading.house.keys import keyed, person
from accounts.loading.house.known import KnownDepartments, KnownLocations
from accounts.loading.house.patients import GUARDED, Patients
from accounts.loading.registry import Layout, register

KEYS = "house"

register(
    Layout(
        system="departments",
        kinds=(Departments(),),
        needed="departments",
        label=_("Departments"),
        keys=KEYS,
        arrange=parents_first,
    )
)
register(
    Layout(
        system="doctors",
        kinds=(KnownDepartments(), KnownLocations(), Doctors()),
        needed="doctors",
        label=_("Doctors"),
        keys=KEYS,
        arrange=partial(keyed, text=doctor, own="LICENCE_NUMBER"),
    )
)
register(
    Layout(
        system="patients",
        kinds=(Patients(), SocialSecurity(), DriversLicences(), Passports(), NationalIds(), RecordNumbers()),
        needed="patients",
        label=_("Patients"),
        keys=KEYS,
        arrange=partial(keyed, text=person, own="MRN"),
        guarded=GUARDED,
    )
)
