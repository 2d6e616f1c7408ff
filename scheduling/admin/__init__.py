"""The back office of the calendar."""

from scheduling.admin import (  # noqa: F401
    appointments,
    closures,
    events,
    hours,
    leave,
    overrides,
    types,
)
