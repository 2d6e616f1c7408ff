"""How long and how much CPU a piece of work takes, beside others that do the same in turn with it."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import perf_counter

Pids = Callable[[], Iterable[int]]

LEAST_BLOCKS = 2


@dataclass
class Contender:
    """Someone who does a piece of work, and what that has cost so far; `work` does it so many times, in ms each."""

    work: Callable[[int], list[float]]
    application: Pids
    database: Pids
    each: list[float] = field(default_factory=list)
    seconds: float = 0
    application_seconds: float = 0
    database_seconds: float = 0

    def run(self, times: int) -> None:
        application, database = cpu_of(self.application()), cpu_of(self.database())
        begun = perf_counter()
        self.each += self.work(times)
        self.seconds += perf_counter() - begun
        self.application_seconds += spent(application, cpu_of(self.application()))
        self.database_seconds += spent(database, cpu_of(self.database()))

    @property
    def median(self) -> float:
        return statistics.median(self.each)

    @property
    def p95(self) -> float:
        return sorted(self.each)[max(0, -(-len(self.each) * 95 // 100) - 1)]

    @property
    def application_ms(self) -> float:
        """CPU of each time."""
        return self.application_seconds * 1000 / len(self.each)

    @property
    def database_ms(self) -> float:
        return self.database_seconds * 1000 / len(self.each)

    @property
    def cpu_ms(self) -> float:
        return self.application_ms + self.database_ms

    @property
    def per_second(self) -> float:
        return len(self.each) / self.seconds


def timed(ask: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each time."""
    found = []
    for _ in range(times):
        begun = perf_counter()
        ask()
        found.append((perf_counter() - begun) * 1000)
    return found


def cpu_of(pids: Iterable[int]) -> dict[int, float]:
    """CPU seconds of each process with all its threads, from the kernel's own clock of it: nothing is rounded."""
    found = {}
    for pid in pids:
        try:
            found[pid] = time.clock_gettime(~pid << 3 | 2)  # what clock_getcpuclockid(3) returns
        except OSError:
            continue  # it has ended
    return found


def spent(before: dict[int, float], after: dict[int, float]) -> float:
    """Processes that began in between count whole; those that ended do not count."""
    return sum(seconds - before.get(pid, 0) for pid, seconds in after.items())


def alternate(contenders: Iterable[Contender], *, times: int, blocks: int, budget: float) -> None:
    """Each in turn does the work so many times, block by block, until all is done or the seconds are used up."""
    contenders, begun = list(contenders), perf_counter()
    for done in range(blocks):
        if done >= LEAST_BLOCKS and perf_counter() - begun > budget:
            return
        for contender in contenders if done % 2 == 0 else reversed(contenders):
            contender.run(times)
