"""The hospital that is measured; the same each time for the same day and size."""
