"""The pages on which patients look for a time, as one patient after the other asks for them."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from urllib.parse import urlencode

from benchmarks.clients import Request, as_patient, get, send_all
from benchmarks.measuring import Contender, alternate
from benchmarks.report import Row, rows_of
from benchmarks.scale import DOCTORS, Scale
from benchmarks.site import BOOKING, ENTERING, Site

WEEK = 7


def measure_pages(sites: list[Site], scale: Scale) -> Iterator[Row]:
    pages = (("page: choose a time", picker_paths, 10), ("page: find a doctor", list_paths, 1))
    for name, paths_of, times in pages:
        paths = {site.size: paths_of(site) for site in sites}
        contenders = {
            (site.size, which): reader(site, which, found)
            for site in sites
            for which, found in paths[site.size].items()
        }
        queries = queries_of(sites[0], paths[sites[0].size]["house"][0])
        for contender in contenders.values():
            contender.work(min(times, 2))  # there are two workers
        alternate(contenders.values(), times=times, blocks=scale.blocks, budget=scale.budget)
        facts = {site.size: {"queries": queries, "clients": 1} for site in sites}
        yield from rows_of(name, contenders, facts)


def picker_paths(site: Site) -> dict[str, list[str]]:
    """Of fifty doctors, from the third day on; the base answers a week, since the page asks week by week."""
    day = (site.first + timedelta(days=2)).isoformat()
    doctors = list(islice(site.ask(BOOKING, "doctor_ids").items(), 50))
    query = urlencode({"type": site.ask(BOOKING, "type_id"), "from": day})
    return {
        "house": [f"/appointments/book/{public_id}/?{query}" for _, public_id in doctors],
        "base": [f"/free/?doctor={pk}&from={day}&days={WEEK}" for pk, _ in doctors],
    }


def list_paths(site: Site) -> dict[str, list[str]]:
    """All doctors, each with the soonest time."""
    day = site.first.isoformat()
    return {"house": ["/doctors/"], "base": [f"/soonest/?doctors={DOCTORS}&from={day}"]}


def reader(site: Site, which: str, paths: list[str]) -> Contender:
    port = site.sides[which].server.port
    requests = cycle(requests_of(site, which, paths, port))

    def read(times: int) -> list[float]:
        answers = send_all(port, islice(requests, times), 1)
        if wrong := {answer.status for answer in answers} - {200}:
            raise RuntimeError(f"{wrong} at {paths[0]}")
        return [answer.ms for answer in answers]

    return site.sides[which].outside(read)


def requests_of(site: Site, which: str, paths: list[str], port: int) -> list[Request]:
    if which == "base":
        return [get(path, {}) for path in paths]
    patients = islice(cycle(site.patients), max(len(paths), 20))
    signed_in = [as_patient(site.cookies, session, port) for session in patients]
    return [get(path, headers) for path, headers in zip(cycle(paths), signed_in, strict=False)]


def queries_of(site: Site, path: str) -> int:
    return int(site.ask(ENTERING, "count_queries", path, site.patients[0]))
