"""Under what condition a permission of this app holds for a row in sight."""
