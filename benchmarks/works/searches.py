"""Free times in process: few and many doctors, near and far, at both sizes."""

from collections.abc import Iterator
from functools import partial

from benchmarks.measuring import Contender, alternate
from benchmarks.report import Row, rows_of
from benchmarks.scale import Scale
from benchmarks.site import ASKING, SEARCHING, WHICH, Site

MODULES = {"house": SEARCHING, "base": ASKING}
# Doctors and days, the milliseconds aimed at for the smaller size, and how often in one block.
CASES = ((1, 1, None, 20), (1, 7, None, 20), (1, 30, 10, 10), (25, 30, 100, 3), (500, 30, 1200, 1))


def measure_searches(sites: list[Site], scale: Scale) -> Iterator[Row]:
    for doctors, days, target, times in CASES:
        case = (doctors, days)
        contenders = {(site.size, which): searcher(site, which, case) for site in sites for which in WHICH}
        facts = {site.size: facts_of(site, case) for site in sites}  # and everything is warm
        alternate(contenders.values(), times=times, blocks=scale.blocks, budget=scale.budget)
        facts[scale.sizes[0]]["target_ms"] = target
        yield from rows_of(f"free times: {words(doctors, days)}", contenders, facts)


def words(doctors: int, days: int) -> str:
    return f"{doctors} doctor{'s'[: doctors > 1]}, {days} day{'s'[: days > 1]}"


def searcher(site: Site, which: str, case: tuple[int, int]) -> Contender:
    side = site.sides[which]
    return side.inside(partial(side.apart.call, MODULES[which], "search", *case, site.first))


def facts_of(site: Site, case: tuple[int, int]) -> dict[str, object]:
    """House and base must find the same number of times, or they do not do the same work."""
    house, base = (
        side.apart.call(MODULES[which], "examine", *case, site.first) for which, side in site.sides.items()
    )
    differ = f"the house finds {house['found']}, the base {base['found']}"
    return house | {"note": "" if house["found"] == base["found"] else differ}
