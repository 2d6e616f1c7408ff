"""What was measured, as rows: a table for people, JSON for machines."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.measuring import Contender

Contenders = Mapping[tuple[int, str], Contender]  # by size and by who, the house or the base


@dataclass
class Row:
    """One piece of work at one size; what was not measured is None, ratios are of CPU."""

    work: str
    visits: int  # of the hospital; of the patient where a chart is opened; the rows of a load
    clients: int | None = None
    times: int | None = None
    median_ms: float | None = None
    p95_ms: float | None = None
    application_ms: float | None = None
    database_ms: float | None = None
    cpu_ms: float | None = None
    queries: int | None = None
    per_second: float | None = None
    base_median_ms: float | None = None
    base_cpu_ms: float | None = None
    base_per_second: float | None = None
    ratio: float | None = None
    growth: float | None = None
    cpu_growth: float | None = None
    target_ms: float | None = None
    patients: int | None = None
    found: int | None = None
    refused: int | None = None
    winners: list[int] = field(default_factory=list)
    memory_mb: float | None = None
    base_memory_mb: float | None = None
    seconds: float | None = None  # of a whole load
    rate_share: float | None = None  # of the rate of COPY or executemany
    aims: str = ""
    note: str = ""
    database: str = ""


def rows_of(work: str, contenders: Contenders, facts: Mapping[int, Mapping[str, Any]]) -> list[Row]:
    """One row for each size, smallest first; each but the first is set beside the first."""
    sizes = sorted(facts)
    first = contenders[sizes[0], "house"]
    return [
        Row(work, size, **costs(contenders, size), **growth(contenders[size, "house"], first), **facts[size])
        for size in sizes
    ]


def costs(contenders: Contenders, size: int) -> dict[str, Any]:
    house, base = contenders[size, "house"], contenders[size, "base"]
    return {
        "times": len(house.each),
        "median_ms": house.median,
        "p95_ms": house.p95,
        "application_ms": house.application_ms,
        "database_ms": house.database_ms,
        "cpu_ms": house.cpu_ms,
        "per_second": house.per_second,
        "base_median_ms": base.median,
        "base_cpu_ms": base.cpu_ms,
        "base_per_second": base.per_second,
        "ratio": house.cpu_ms / base.cpu_ms,
    }


def growth(contender: Contender, first: Contender) -> dict[str, Any]:
    if contender is first:
        return {}
    return {"growth": contender.median / first.median, "cpu_growth": contender.cpu_ms / first.cpu_ms}


def as_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [rounded(asdict(row)) for row in rows]


def rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in values.items()}


HEADINGS = (
    "work",
    "database",
    "visits",
    "clients",
    "median",
    "p95",
    "CPU",
    "app + db",
    "queries",
    "/s",
    "base CPU",
    "base /s",
    "x base",
    "growth",
    "CPU gr.",
    "aim",
    "outcome",
)


def as_table(rows: Iterable[Row]) -> str:
    """Milliseconds, unless the heading says otherwise."""
    lines = [HEADINGS, *(cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(aligned(line, widths) for line in lines)


def aligned(line: tuple[str, ...], widths: list[int]) -> str:
    """Words to the left, figures to the right."""
    parts = [
        cell.ljust(width) if number in (0, 1, len(line) - 1) else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(parts).rstrip()


def cells(row: Row) -> tuple[str, ...]:
    form = ".1f" if row.seconds is None else ".3f"  # of a load, CPU is of one row
    costs = [] if row.cpu_ms is None else [shown(row.application_ms, form), shown(row.database_ms, form)]
    return (
        row.work,
        row.database,
        f"{row.visits:,}",
        shown(row.clients, "d"),
        shown(row.median_ms),
        shown(row.p95_ms),
        shown(row.cpu_ms, form),
        " + ".join(costs),
        shown(row.queries, "d"),
        shown(row.per_second),
        shown(row.base_cpu_ms, form),
        shown(row.base_per_second),
        shown(row.ratio),
        shown(row.growth, ".2f"),
        shown(row.cpu_growth, ".2f"),
        aim(row),
        outcome(row),
    )


def shown(value: float | None, form: str = ".1f") -> str:
    return "" if value is None else format(value, form)


def aim(row: Row) -> str:
    if row.aims:
        return row.aims
    if row.target_ms is not None:
        return f"<= {row.target_ms:g}"
    return "<= 1.3 x" if row.growth is not None and row.work.startswith("free times") else ""


def outcome(row: Row) -> str:
    parts = [row.note] if row.note else []
    if row.patients is not None:
        parts.append(f"{row.patients:,} patients")
    if row.refused is not None:
        parts.append(f"{row.refused} refused")
    if row.winners:
        parts.append("winners: " + ", ".join(map(str, row.winners)))
    return "; ".join(parts)
