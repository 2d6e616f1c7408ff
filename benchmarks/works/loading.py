"""A hospital moves in: patients by CSV beside COPY of the same rows, what Synthea writes, and the list afterwards."""

import csv
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from typing import Any

from benchmarks import apart, servers
from benchmarks.apart import Apart
from benchmarks.clients import as_patient, get, send_all
from benchmarks.databases import Databases
from benchmarks.measuring import Contender, cpu_of
from benchmarks.report import Row
from benchmarks.seeding.names import people
from benchmarks.servers import free_port, house_environment, serving, wait_for
from benchmarks.site import ENTERING, environment_of
from benchmarks.works.files import RECEPTION

INSIDE = "benchmarks.inside.loading"
EMPTY = "empty"
HEADER = ("ID", "GIVEN_NAME", "FAMILY_NAME", "BIRTH_DATE", "PHONE")
LIST = "/admin/accounts/patient/"
LIST_TIMES, LIST_AIM = 20, {"sqlite": None, "postgresql": 300}  # milliseconds
ROWS_AIM, ENTRIES_AIM, SHARE_AIM, GROWTH_AIM, MEMORY_AIM = 5_000, 1_000, 0.35, 11, 300
FASTEST = {"sqlite": "executemany", "postgresql": "COPY"}
SAMPLES = "HOSPITAL_SAMPLE_DATA"
LEFT_OUT = f"{SAMPLES} is not set: what Synthea writes was left out."


@dataclass(frozen=True)
class Spent:
    """Seconds, and what else the process told."""

    wall: float
    application: float
    database: float
    told: dict[str, Any]

    @property
    def cpu(self) -> float:
        return self.application + self.database

    def costs(self, rows: int) -> dict[str, Any]:
        """CPU is of each row."""
        return {
            "times": rows,
            "seconds": self.wall,
            "per_second": rows / self.wall,
            "application_ms": self.application * 1000 / rows,
            "database_ms": self.database * 1000 / rows,
            "cpu_ms": self.cpu * 1000 / rows,
            "memory_mb": self.told["memory_mb"],
        }

    def words(self) -> str:
        return f"{self.wall:.1f} s, {self.told['memory_mb']:.0f} MB"


class Ground:
    """Databases with nothing but the tables in them, each worked on by a process that is new."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.databases, self.folder, self.kind = databases, folder, databases.kind
        self.urls: dict[str, str] = {}
        with Apart(apart.HOUSE, environment_of(databases.make(EMPTY), folder)) as house:
            house.call("django.core.management", "call_command", "migrate", verbosity=0)

    def make(self, name: str) -> str:
        self.urls[name] = self.databases.make(name, EMPTY)
        return name

    def spend(self, name: str, work: str, *args: str) -> Spent:
        with Apart(apart.HOUSE, environment_of(self.urls[name], self.folder)) as house:
            before = cpu_of(self.databases.backends(name))
            told = house.call(INSIDE, work, *args)
            after = cpu_of(self.databases.backends(name))
        database = sum(seconds - before.get(pid, 0) for pid, seconds in after.items())
        return Spent(told["seconds"], told["application"], database, told)

    def ask(self, name: str, work: str, *args: str) -> Any:
        with Apart(apart.HOUSE, environment_of(self.urls[name], self.folder)) as house:
            return house.call(INSIDE, work, *args)


def measure_loading(
    databases: Databases, sizes: tuple[int, ...], folder: Path, say: Callable[[str], None]
) -> Iterator[Row]:
    ground = Ground(databases, folder)
    smaller: Spent | None = None
    for size in sizes:
        path = write_patients(folder / "patients.csv", size)
        name = ground.make(f"loaded_{size}")
        loaded = ground.spend(name, "load", "load_patients", str(path))
        fastest = ground.spend(ground.make(f"copied_{size}"), "pour_again", ground.urls[name])
        yield patients_row(ground.kind, size, loaded, fastest, smaller)
        yield again_row(size, ground.spend(name, "load", "load_patients", str(path)))
        smaller = loaded
    yield list_row(ground, f"loaded_{sizes[-1]}", sizes[-1])
    yield from measure_samples(ground, say)


def write_patients(path: Path, count: int) -> Path:
    """In the layout of the house."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(
            (f"P{one.number}", one.given, one.family, one.born.isoformat(), one.phone)
            for one in people(1, count)
        )
    return path


def patients_row(kind: str, size: int, loaded: Spent, fastest: Spent, smaller: Spent | None) -> Row:
    """Ratio is of CPU, as everywhere; share is of the rate, and grows with the house's speed."""
    share = fastest.wall / loaded.wall
    growth = {"growth": loaded.wall / smaller.wall, "cpu_growth": loaded.cpu / smaller.cpu} if smaller else {}
    lost = size - loaded.told["created"]
    parts = [f"{share:.2f} of {FASTEST[kind]}", loaded.words()]
    aims = f">= {ROWS_AIM:,}/s, {SHARE_AIM:g} of {FASTEST[kind]}; <= {MEMORY_AIM} MB"
    return Row(
        "load: patients by CSV",
        size,
        **loaded.costs(size),
        **growth,
        base_cpu_ms=fastest.cpu * 1000 / size,
        base_per_second=size / fastest.wall,
        ratio=loaded.cpu / fastest.cpu,
        rate_share=share,
        aims=aims + (f", <= {GROWTH_AIM} x" if smaller else ""),
        note="; ".join(parts + [f"{lost:,} patients were not created"] * bool(lost)),
    )


def again_row(rows: int, again: Spent) -> Row:
    created, updated = again.told["created"], again.told["updated"]
    words = f"{created:,} created, {updated:,} updated; {again.words()}"
    return Row(
        "load: the same patients again", rows, **again.costs(rows), aims="0 created, 0 updated", note=words
    )


def list_row(ground: Ground, name: str, size: int) -> Row:
    """The first page of the back office's list of patients, counted and in order, as a receptionist opens it."""
    port = free_port()
    environment = house_environment(ground.urls[name], ground.folder, port)
    with Apart(apart.HOUSE, environment) as house, serving(servers.HOUSE, environment, port) as server:
        house.call(INSIDE, "open_reception")
        session = house.call(ENTERING, "enter", RECEPTION)
        headers = as_patient(house.call(ENTERING, "cookie_names"), session, port)
        queries = house.call(ENTERING, "count_queries", LIST, session)
        wait_for(server)
        backends = partial(ground.databases.backends, name)
        opened = Contender(partial(open_list, port, headers), server.pids, backends)
        opened.work(2)  # there are two workers
        opened.run(LIST_TIMES)
    return Row(
        "page: loaded patients, first 20",
        size,
        clients=1,
        times=len(opened.each),
        median_ms=opened.median,
        p95_ms=opened.p95,
        application_ms=opened.application_ms,
        database_ms=opened.database_ms,
        cpu_ms=opened.cpu_ms,
        queries=queries,
        per_second=opened.per_second,
        target_ms=LIST_AIM[ground.kind],
    )


def open_list(port: int, headers: dict[str, str], times: int) -> list[float]:
    answers = send_all(port, islice(repeat(get(LIST, headers)), times), 1)
    if wrong := {answer.status for answer in answers} - {200}:
        raise RuntimeError(f"{wrong} at {LIST}")
    return [answer.ms for answer in answers]


def measure_samples(ground: Ground, say: Callable[[str], None]) -> Iterator[Row]:
    folder = os.environ.get(SAMPLES)
    if not folder:
        say(LEFT_OUT)
        return
    tables, bundles = Path(folder, "synthea_ca59_csv.tar.xz"), Path(folder, "synthea_ca59_fhir12.tar.xz")
    name = ground.make("synthea")
    rows = ground.ask(name, "count_rows", "synthea", str(tables))
    yield sample_row(
        "load: Synthea's tables", rows, ground.spend(name, "load", "load_synthea", str(tables)), ROWS_AIM
    )
    spent = ground.spend(ground.make("fhir"), "load", "load_fhir", str(bundles))
    yield sample_row("load: FHIR bundles", entries_in(bundles), spent, ENTRIES_AIM)


def sample_row(work: str, rows: int, spent: Spent, least: int) -> Row:
    told = spent.told
    words = f"{told['created']:,} created, {told['skipped']:,} skipped, {told['refused']:,} refused; {spent.words()}"
    return Row(work, rows, **spent.costs(rows), aims=f">= {least:,}/s; <= {MEMORY_AIM} MB", note=words)


def entries_in(bundles: Path) -> int:
    with tarfile.open(bundles) as archive:
        files = [archive.extractfile(member) for member in archive if member.isfile()]
        return sum(len(json.load(file)["entry"]) for file in files if file)
