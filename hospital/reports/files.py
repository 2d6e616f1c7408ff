"""A report as a file for spreadsheets."""

import csv
from io import StringIO

from accounts.services.exports import BOM, safe
from hospital.reports.tables import Sheet


def as_csv(sheet: Sheet) -> str:
    """The text of every cell as on the page; what a spreadsheet would take for a formula is made plain."""
    out = StringIO()
    csv.writer(out).writerows([safe(cell) for cell in line] for line in sheet.lines)
    return BOM + out.getvalue()
