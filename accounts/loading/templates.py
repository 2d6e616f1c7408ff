"""What --template writes: a mapping to be filled in, or a file that shows how rows look."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

import tomli_w

from accounts.loading.headings import spelt
from accounts.loading.mapping import Mapping
from accounts.loading.registry import Layout


def sample(layout: Layout) -> tuple[list[str], list[list[str]]]:
    """The header of the layout's needed table, and rows that show how it is filled in."""
    header = [column.name for column in layout.columns()]
    rows = [row for kind in layout.of_table() for row in kind.samples]
    return header, [[row.get(name, "") for name in header] for row in rows]


def sample_csv(layout: Layout) -> str:
    header, rows = sample(layout)
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def as_toml(mapping: Mapping, header: Sequence[str], layout: Layout) -> str:
    """A mapping file: what was found out, and as comments what is still to be said."""
    lines = [
        "# Which column of the file stands for which of ours. Take away the # and fill in what is missing;",
        '# a column that stands for "" is not read.',
        "# The file has: " + ", ".join(spelt(name) for name in header if name),
        *settings(mapping),
        "",
        "[columns]",
    ]
    for column in layout.columns():
        theirs, need = mapping.columns.get(column.name), "  # needed" if column.is_required else ""
        lines.append(f"{pair(column.name, theirs)}" if theirs is not None else f'# {column.name} = ""{need}')
    return "\n".join([*lines, *sections(mapping), ""])


def settings(mapping: Mapping) -> list[str]:
    shown = {"time_zone": "Europe/London", "encoding": "cp1252", "delimiter": ";", "sheet": "Sheet1"}
    said = {name: getattr(mapping, name) for name in shown}
    return [pair(name, said[name]) if said[name] else f"# {pair(name, shown[name])}" for name in shown]


def sections(mapping: Mapping) -> list[str]:
    """Those that say something, and an example of each that does not."""
    examples = {
        "fixed": ("# [fixed]         # the same for every row", '# GENDER = "unknown"'),
        "defaults": ("# [defaults]      # for blank cells", '# STATUS = "booked"'),
        "formats": ("# [formats]       # how dates are written", '# BIRTH_DATE = "DD.MM.YYYY"'),
        "values": ("# [values.GENDER] # other words for ours", '# W = "female"'),
    }
    lines: list[str] = []
    for name, example in examples.items():
        said: Any = getattr(mapping, name)
        lines += ["", tomli_w.dumps({name: said}).strip()] if said else ["", *example]
    return lines


def pair(name: str, text: str) -> str:
    return tomli_w.dumps({name: text}).strip()
