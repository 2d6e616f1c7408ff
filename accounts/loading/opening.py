"""Which tables of an input a layout takes, and whether their columns are there."""

from django.utils.translation import gettext as _

from accounts.loading.faults import Fault, Unreadable
from accounts.loading.registry import Layout
from accounts.loading.tables import Source, Table


def open_tables(source: Source, layout: Layout) -> dict[str, Table]:
    """The layout's tables that are there, with their columns checked; raises Unreadable with every lack."""
    tables, faults = {}, []
    if layout.needed not in source.names:
        words = _("There is no %(table)s.csv in this folder; it holds %(files)s.")
        told = words % {
            "table": layout.needed,
            "files": ", ".join(f"{name}.csv" for name in sorted(source.names)),
        }
        faults.append(Fault(source.name, 0, "", "", told))
    for name in sorted({kind.table for kind in layout.kinds} & set(source.names)):
        try:
            tables[name] = source.open(name)
            faults += tables[name].missing(columns_of(layout, name))
        except Unreadable as error:
            faults += error.faults
    if faults:
        raise Unreadable(faults)
    return tables


def columns_of(layout: Layout, table: str) -> tuple[str, ...]:
    named = [column for kind in layout.kinds if kind.table == table for column in kind.columns]
    return tuple(dict.fromkeys(named))
