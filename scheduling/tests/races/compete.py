"""Many processes at once: where they meet, and how their outcomes are counted."""

import multiprocessing
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections

from accounts.errors import DomainError

PROCESSES, ROUNDS = 8, 10
NOW = datetime(2027, 1, 11, 8, tzinfo=UTC)
NINE = NOW + timedelta(hours=25)
FORK = multiprocessing.get_context("fork")

Worker = Callable[[int, int, Any], str]
Arena = Callable[[], None]


def enter(worker: Worker, number: int, rounds: int, gate: Any, results: Any) -> None:
    """One process: connections of its own, then every round together with the others."""
    connections["default"].connection = None
    connections.close_all()
    outcomes = []
    for turn in range(rounds):
        gate.wait(timeout=60)
        outcomes.append(worker(turn, number, gate))
    results.put((number, outcomes))
    connections.close_all()


def compete(
    worker: Worker, processes: int = PROCESSES, rounds: int = ROUNDS, patience: int = 120
) -> list[Counter]:
    """The outcomes of each round, counted; patience is in seconds."""
    gate, results = FORK.Barrier(processes), FORK.Queue()
    crowd = [
        FORK.Process(target=enter, args=(worker, number, rounds, gate, results), daemon=True)
        for number in range(processes)
    ]
    for one in crowd:
        one.start()
    found = [results.get(timeout=patience)[1] for _ in crowd]
    for one in crowd:
        one.join(timeout=30)
    return [Counter(outcomes[turn] for outcomes in found) for turn in range(rounds)]


def outcome(act: Callable[[], object], done: str = "won") -> str:
    """The word for what came of it: done, or the name of the refusal."""
    try:
        act()
    except DomainError as error:
        return type(error).__name__
    return done


def afterwards(look: Callable[[], Any]) -> Any:
    """What the shared database holds; the process of the test itself sees SQLite's old copy in memory."""
    results = FORK.Queue()

    def report() -> None:
        connections["default"].connection = None
        connections.close_all()
        results.put(look())
        connections.close_all()

    one = FORK.Process(target=report, daemon=True)
    one.start()
    found = results.get(timeout=60)
    one.join(timeout=30)
    return found
