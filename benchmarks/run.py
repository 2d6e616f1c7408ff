"""The whole on one database: fill it at both sizes, measure, report."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from time import perf_counter

from benchmarks.databases import Databases
from benchmarks.hours import first_day
from benchmarks.report import Row
from benchmarks.scale import Scale
from benchmarks.site import Site, fill_databases, open_site
from benchmarks.works.bookings import measure_bookings, measure_races
from benchmarks.works.pages import measure_pages
from benchmarks.works.searches import measure_searches

Say = Callable[[str], None]

# Bookings come last: they change what is searched.
WORKS = (measure_searches, measure_pages, measure_bookings, measure_races)


def run(databases: Databases, scale: Scale, folder: Path, say: Say) -> Iterator[Row]:
    """Rows as they are measured."""
    today, begun = date.today(), perf_counter()
    urls = fill_databases(databases, scale, folder, today)
    say(f"{databases.kind}: filled in {perf_counter() - begun:.0f} s")
    with ExitStack() as stack:
        sites = [
            stack.enter_context(open_site(databases, size, found, folder, first_day(today)))
            for size, found in urls.items()
        ]
        for measure in WORKS:
            for row in measure(sites, scale):
                row.database = databases.kind
                say(f"{databases.kind}: {row.work}, {row.visits:,} visits")
                yield row
        yield from (memory_of(site, databases.kind) for site in sites)
        say(f"{databases.kind}: done in {perf_counter() - begun:.0f} s")


def memory_of(site: Site, kind: str) -> Row:
    house, base = (side.server.memory() for side in site.sides.values())
    words = f"{house:.0f} MB, base {base:.0f} MB"
    return Row(
        "memory of a worker", site.size, memory_mb=house, base_memory_mb=base, note=words, database=kind
    )
