"""The layout of Synthea's CSV export; its other tables are told as skipped."""

from accounts.loading.registry import Layout, register
from clinical.loading.synthea_history import Conditions, Encounters, Medications
from clinical.loading.synthea_people import Departments, Organizations, Patients, Providers

KINDS = (Organizations(), Departments(), Providers(), Patients(), Encounters(), Conditions(), Medications())

register(Layout(system="synthea", kinds=KINDS, needed="patients"))
