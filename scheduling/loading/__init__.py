"""What a house brings of its calendar: weekly hours and visits."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.loading.house import KEYS
from accounts.loading.house.keys import keyed
from accounts.loading.house.known import KnownDepartments, KnownDoctors, KnownLocations, KnownPatients
from accounts.loading.registry import Layout, register
from scheduling.loading.hours import Availability, weekly
from scheduling.loading.types import KnownTypes
from scheduling.loading.visits import Appointments, visit

register(
    Layout(
        system="availability",
        kinds=(KnownDepartments(), KnownLocations(), KnownDoctors(), Availability()),
        needed="availability",
        label=_("Weekly hours"),
        keys=KEYS,
        arrange=partial(keyed, text=weekly),
    )
)
register(
    Layout(
        system="appointments",
        kinds=(
            KnownDepartments(),
            KnownLocations(),
            KnownDoctors(),
            KnownPatients(),
            KnownTypes(),
            Appointments(),
        ),
        needed="appointments",
        label=_("Visits"),
        keys=KEYS,
        arrange=partial(keyed, text=visit),
    )
)
