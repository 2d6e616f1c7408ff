"""The shape of what people type into the calendar, by page."""
