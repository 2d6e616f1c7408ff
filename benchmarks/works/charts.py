"""A thin and a thick chart in the larger hospital, and the list of a full day at both sizes."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.hours import day_of_the_list
from benchmarks.report import Row
from benchmarks.scale import Scale
from benchmarks.site import CLINIC, Site
from benchmarks.works.files import RECEPTION
from benchmarks.works.reading import Paths, measure_page

DOCTOR = "doctor@example.org"
VISITS = (10, 1_000)  # of the two charts, each visit with ten observations
# The part of the chart, its name in the table, the milliseconds aimed at, and entries of the base's one query.
PARTS = (
    ("clinical:chart", "summary", 150, 20),
    ("clinical:chart-results", "results", None, 100),
    ("clinical:chart-vitals", "vital signs", None, 100),
    ("clinical:chart-visits", "visits", None, 20),
)


def measure_charts(sites: list[Site], scale: Scale) -> Iterator[Row]:
    """The sizes of a chart's rows are those of the chart: growth is that of the thick beside the thin one."""
    site = sites[-1]
    for name, words, target, count in PARTS:
        charts = [replace(site, size=visits) for visits in VISITS]
        paths = {chart.size: chart_paths(site, name, number, count) for number, chart in enumerate(charts)}
        yield from measure_page(f"chart: {words}", paths, DOCTOR, charts, scale, target_ms=target)
    yield from measure_page("page: day of 60 visits", day_paths(sites), RECEPTION, sites, scale)


def chart_paths(site: Site, name: str, number: int, count: int) -> dict[str, list[str]]:
    patient = site.files[number]
    return {
        "house": [site.ask(CLINIC["house"], "address", name, patient)],
        "base": [f"/clinic/entries/?file={patient}&count={count}"],
    }


def day_paths(sites: list[Site]) -> Paths:
    day = day_of_the_list(sites[0].today).isoformat()
    paths = {"house": [f"/appointments/?day={day}"], "base": [f"/clinic/visits/?day={day}"]}
    return {site.size: paths for site in sites}
