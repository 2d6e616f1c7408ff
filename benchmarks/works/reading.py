"""Pages as somebody at work opens them, one after the other, beside the base's answer to the same question."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from benchmarks.clients import as_patient, get, send_all
from benchmarks.measuring import Contender, alternate
from benchmarks.report import Row, rows_of
from benchmarks.scale import Scale
from benchmarks.site import ENTERING, WHICH, Site

Paths = dict[int, dict[str, list[str]]]  # by size, then by who
TIMES = 5


def measure_page(
    named: str, paths: Paths, email: str, sites: list[Site], scale: Scale, **facts: Any
) -> Iterator[Row]:
    sessions = {site.size: site.ask(ENTERING, "enter", email) for site in sites}
    contenders = {
        (site.size, which): reader(site, which, paths[site.size][which], sessions[site.size])
        for site in sites
        for which in WHICH
    }
    told = {
        site.size: facts
        | {"clients": 1, "queries": queries_of(site, paths[site.size]["house"][0], sessions[site.size])}
        for site in sites
    }
    for contender in contenders.values():
        contender.work(2)  # there are two workers
    alternate(contenders.values(), times=TIMES, blocks=scale.blocks, budget=scale.budget)
    yield from rows_of(named, contenders, told)


def queries_of(site: Site, path: str, session: str) -> int:
    return int(site.ask(ENTERING, "count_queries", path, session))


def reader(site: Site, which: str, paths: list[str], session: str) -> Contender:
    port = site.sides[which].server.port
    headers = as_patient(site.cookies, session, port) if which == "house" else {}
    requests = cycle([get(path, headers) for path in paths])

    def read(times: int) -> list[float]:
        answers = send_all(port, islice(requests, times), 1)
        if wrong := {answer.status for answer in answers} - {200}:
            raise RuntimeError(f"{wrong} at {paths[0]}")
        return [answer.ms for answer in answers]

    return site.sides[which].outside(read)
