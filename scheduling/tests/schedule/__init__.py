"""The pages of hours, leave and free times."""
