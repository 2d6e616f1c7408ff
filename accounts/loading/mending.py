"""The list of errors that goes back as a file: columns that it adds, and cells that no spreadsheet may run."""

from accounts.services.exports import may_run

# What a list of errors says of each row, behind the row itself; a load leaves these columns aside.
COLUMNS = ("_FILE", "_ROW", "_COLUMN", "_VALUE", "_REASON")


def guarded(cell: str) -> str:
    """Made plain by an apostrophe; `plain` gives back exactly what was."""
    return f"'{cell}" if may_run(cell.lstrip("'")) else cell


def plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and may_run(cell.lstrip("'")) else cell


def is_list_of_errors(header: list[str]) -> bool:
    return set(COLUMNS) <= set(header)
