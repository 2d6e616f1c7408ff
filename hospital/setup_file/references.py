"""A name in the file, followed to its row."""

from typing import Any

from django.utils.translation import gettext as _

from hospital.setup_file.names import Ambiguous, Names
from hospital.setup_file.reading import Fault, Item
from hospital.setup_file.shapes import Column


def refer(column: Column, value: Any, item: Item, names: Names, faults: list[Fault]) -> Any:
    """The row, a list of rows, or None with a fault."""
    if isinstance(value, list):
        return [one for name in value if (one := follow(column, name, item, names, faults)) is not None]
    return follow(column, value, item, names, faults)


def follow(column: Column, name: str, item: Item, names: Names, faults: list[Fault]) -> Any:
    if name == column.empty:
        return None
    try:
        row = names.named(column.refers, name)
    except Ambiguous:
        faults.append(item.fault(column.name, several(name)))
        return None
    if row is None:
        words = _("Nothing in %(table)s is called “%(name)s”.") % {"table": column.refers, "name": name}
        faults.append(item.fault(column.name, words))
    return row


def several(name: str) -> str:
    return _("Several are called “%(name)s”: write the id of the one that is meant.") % {"name": name}
