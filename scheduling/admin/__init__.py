"""The back office of the calendar."""

from scheduling.admin import appointments, events, hours, types  # noqa: F401
