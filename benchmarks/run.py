"""The whole on one database: fill it at both sizes, measure, report."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from time import perf_counter

from benchmarks.databases import Databases
from benchmarks.report import Row
from benchmarks.scale import Scale
from benchmarks.site import Site, files_of, fill_databases, open_site
from benchmarks.works.bookings import measure_bookings, measure_races
from benchmarks.works.charts import measure_charts
from benchmarks.works.files import measure_files
from benchmarks.works.loading import measure_loading
from benchmarks.works.notes import measure_notes
from benchmarks.works.pages import measure_pages
from benchmarks.works.searches import measure_searches

Say = Callable[[str], None]

# What writes comes last: it changes what is searched.
WORKS = (
    measure_searches,
    measure_pages,
    measure_files,
    measure_charts,
    measure_notes,
    measure_bookings,
    measure_races,
)


def run_visits(databases: Databases, scale: Scale, folder: Path, say: Say) -> Iterator[Row]:
    """Rows as they are measured."""
    today, begun = date.today(), perf_counter()
    urls = fill_databases(databases, scale, folder, today)
    say(f"{databases.kind}: filled in {perf_counter() - begun:.0f} s")
    with ExitStack() as stack:
        sites = [
            stack.enter_context(open_site(databases, size, found, folder, today, files_of(scale, size)))
            for size, found in urls.items()
        ]
        for measure in WORKS:
            for row in measure(sites, scale):
                row.database = databases.kind
                say(f"{databases.kind}: {row.work}, {row.visits:,} visits")
                yield row
        yield from (memory_of(site, databases.kind) for site in sites)
        say(f"{databases.kind}: done in {perf_counter() - begun:.0f} s")


def run_loading(databases: Databases, scale: Scale, folder: Path, say: Say) -> Iterator[Row]:
    """The same of loads, which begin with empty databases of their own."""
    begun = perf_counter()
    for row in measure_loading(databases, scale.loads, folder, say):
        row.database = databases.kind
        say(f"{databases.kind}: {row.work}, {row.visits:,} rows")
        yield row
    say(f"{databases.kind}: loading done in {perf_counter() - begun:.0f} s")


def memory_of(site: Site, kind: str) -> Row:
    house, base = (side.server.memory() for side in site.sides.values())
    words = f"{house:.0f} MB, base {base:.0f} MB"
    return Row(
        "memory of a worker", site.size, memory_mb=house, base_memory_mb=base, note=words, database=kind
    )


PARTS = {"visits": run_visits, "loading": run_loading}
