"""Patients searched by what people know of them, and diagnoses by words; then the desk's list as a page."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from benchmarks.measuring import Contender, alternate
from benchmarks.report import Row, rows_of
from benchmarks.scale import Scale
from benchmarks.seeding.names import words
from benchmarks.site import CLINIC, WHICH, Site
from benchmarks.works.reading import measure_page

# What is typed, its name in the table, and how often in one block.
KINDS = (("name", "part of a name", 5), ("mrn", "record number", 20), ("phone", "telephone", 20))
KINDS += (("born", "date of birth", 20),)
DIAGNOSES = (
    "diabetes type 2",
    "fracture of femur",
    "e11",
    "asthma",
    "pain in knee",
    "hypertension",
    "burn hand",
)
AIMS = {"sqlite": 150, "postgresql": 50}  # milliseconds, at the larger size; of diagnoses 50 on both
RECEPTION = "reception@example.org"


def measure_files(sites: list[Site], scale: Scale) -> Iterator[Row]:
    for kind, named, times in KINDS:
        typed = {site.size: words(kind, site.files[0], site.files[-1]) for site in sites}
        yield from measure_search(f"patients by {named}", kind, typed, times, sites, scale)
    typed = {site.size: list(DIAGNOSES) for site in sites}
    yield from measure_search("diagnoses by words", "code", typed, 5, sites, scale)
    yield from measure_list(sites, scale)


def measure_search(
    named: str, kind: str, typed: dict[int, list[str]], times: int, sites: list[Site], scale: Scale
) -> Iterator[Row]:
    contenders = {
        (site.size, which): searcher(site, which, kind, typed[site.size]) for site in sites for which in WHICH
    }
    facts = {site.size: facts_of(site, kind, typed[site.size]) for site in sites}
    alternate(contenders.values(), times=times, blocks=scale.blocks, budget=scale.budget)
    facts[sites[-1].size]["target_ms"] = 50 if kind == "code" else AIMS[sites[-1].kind]
    yield from rows_of(named, contenders, facts)


def searcher(site: Site, which: str, kind: str, typed: Sequence[str]) -> Contender:
    side = site.sides[which]
    return side.inside(partial(side.apart.call, CLINIC[which], "search", kind, typed))


def facts_of(site: Site, kind: str, typed: Sequence[str]) -> dict[str, Any]:
    """House and base must find as many patients; diagnoses are ordered, and spelt alike, by the house alone."""
    house, base = (
        side.apart.call(CLINIC[which], "examine", kind, typed) for which, side in site.sides.items()
    )
    differ = f"the house finds {house['found']}, the base {base['found']}"
    same = kind == "code" or house["found"] == base["found"]
    return house | {"note": "" if same else differ, "patients": len(site.files)}


def measure_list(sites: list[Site], scale: Scale) -> Iterator[Row]:
    """As the reception sees it, counted and in order."""
    typed = {site.size: words("name", site.files[0], site.files[-1], 20) for site in sites}
    queries = {
        "page: patients, first 20": {site.size: [""] for site in sites},
        "page: patients by part of a name": {
            size: [urlencode({"q": word}) for word in found] for size, found in typed.items()
        },
    }
    for named, found in queries.items():
        paths = {
            site.size: {
                "house": [f"/admin/accounts/patient/?{query}" for query in found[site.size]],
                "base": [f"/clinic/files/?{query.replace('q=', 'word=')}" for query in found[site.size]],
            }
            for site in sites
        }
        yield from measure_page(named, paths, RECEPTION, sites, scale)
