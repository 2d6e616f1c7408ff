"""One size of the hospital on one database, ready to be measured, and the base beside it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import apart, servers
from benchmarks.apart import Apart
from benchmarks.databases import Databases
from benchmarks.hours import first_day
from benchmarks.measuring import Contender, Pids
from benchmarks.scale import DOCTORS, Scale
from benchmarks.servers import Server, base_environment, free_port, house_environment, serving, wait_for

SEARCHING = "benchmarks.inside.searching"
ENTERING = "benchmarks.inside.entering"
BOOKING = "benchmarks.inside.booking"
ASKING = "benchmarks.base.asking"
CLINIC = {"house": "benchmarks.inside.clinic", "base": "benchmarks.base.charts"}
PEOPLE = "people"
WHICH = ("house", "base")
DJANGO = {"house": apart.HOUSE, "base": apart.BASE}
SERVED = {"house": servers.HOUSE, "base": servers.BASE}

Work = Callable[[int], list[float]]
Urls = dict[str, str]  # by who
Codes = list[tuple[str, str]]  # a diagnosis, and the text that is searched


@dataclass(frozen=True)
class Side:
    """The house or the base: its Django in a process apart, its web server, the backends of its database."""

    apart: Apart
    server: Server
    backends: Pids

    def inside(self, work: Work) -> Contender:
        return Contender(work, lambda: [self.apart.pid], self.backends)

    def outside(self, work: Work) -> Contender:
        """The work is asked for over HTTP."""
        return Contender(work, self.server.pids, self.backends)


@dataclass(frozen=True)
class Site:
    """`sessions` are used up: each patient books once; `files` are the patients who are searched."""

    kind: str
    size: int
    today: date
    sides: dict[str, Side]
    cookies: tuple[str, str]
    patients: list[str]
    sessions: Iterator[str]
    files: range

    @property
    def first(self) -> date:
        return first_day(self.today)

    def ask(self, module: str, name: str, *args: Any) -> Any:
        """Of the house's Django."""
        return self.sides["house"].apart.call(module, name, *args)

    def ask_base(self, name: str, *args: Any) -> Any:
        return self.sides["base"].apart.call(ASKING, name, *args)


def environment_of(url: str, folder: Path) -> dict[str, str]:
    """For a process that serves nobody."""
    return house_environment(url, folder, 80)


def fill_databases(databases: Databases, scale: Scale, folder: Path, today: date) -> dict[int, Urls]:
    """The addresses of each size; the people are made once, and both sizes start as copies of them."""
    with Apart(apart.HOUSE, environment_of(databases.make(PEOPLE), folder)) as house:
        numbers = (DOCTORS, scale.patients, scale.accounts)
        house.call("benchmarks.seeding.people", "fill_people", *numbers)
        codes = house.call("benchmarks.seeding.files", "fill_codes")
    return {size: fill_size(databases, scale, size, codes, folder, today) for size in scale.sizes}


def files_of(scale: Scale, size: int) -> range:
    """The keys of the patients that are searched: after those who book."""
    return range(scale.patients + 1, scale.patients + 1 + scale.files[scale.sizes.index(size)])


def fill_size(databases: Databases, scale: Scale, size: int, codes: Codes, folder: Path, today: date) -> Urls:
    urls = {
        "house": databases.make(name_of("house", size), PEOPLE),
        "base": databases.make(name_of("base", size)),
    }
    planned = {"doctors": DOCTORS, "past": size - scale.future, "future": scale.future, "today": today}
    files = files_of(scale, size)
    with Apart(apart.HOUSE, environment_of(urls["house"], folder)) as house:
        house.call("benchmarks.seeding.files", "fill_files", files[0], files[-1])
        house.call("benchmarks.seeding.charts", "fill_charts", files[0], scale.notes, today)
        house.call("benchmarks.seeding.visits", "fill_visits", patients=scale.patients, **planned)
    with Apart(apart.BASE, base_environment(urls["base"])) as base:
        base.call(ASKING, "fill", **planned)
        base.call(CLINIC["base"], "fill_clinic", codes, files[0], files[-1], scale.notes, today)
    return urls


def name_of(which: str, size: int) -> str:
    return f"{which}_{size}"


@contextmanager
def open_site(
    databases: Databases, size: int, urls: Urls, folder: Path, today: date, files: range
) -> Iterator[Site]:
    port = free_port()
    environments = {
        "house": house_environment(urls["house"], folder, port),
        "base": base_environment(urls["base"]),
    }
    ports = {"house": port, "base": free_port()}
    with ExitStack() as stack:
        sides = {
            which: Side(
                stack.enter_context(Apart(DJANGO[which], environments[which])),
                stack.enter_context(serving(SERVED[which], environments[which], ports[which])),
                partial(databases.backends, name_of(which, size)),
            )
            for which in WHICH
        }
        for side in sides.values():
            wait_for(side.server)
        house = sides["house"].apart
        patients = house.call(ENTERING, "enter_all")
        cookies = house.call(ENTERING, "cookie_names")
        yield Site(databases.kind, size, today, sides, cookies, patients, iter(patients), files)
