"""Bookings: the POST that books, each by another patient and for another time; then many clients for one time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from benchmarks.clients import Answer, Request, as_patient, post, send_all, send_at_once
from benchmarks.measuring import Contender, alternate
from benchmarks.report import Row, rows_of
from benchmarks.scale import WARM_UP, Scale
from benchmarks.site import BOOKING, ENTERING, Site

MANY_CLIENTS, RACERS = 8, 32
# Who is booked, apart from each other: the one doctor, the many, one for counting queries, one to race for.
ONE, MANY, COUNTED, RACED = [1], list(range(2, 102)), [102], [103]

Place = tuple[int, str, str]


@dataclass
class Plan:
    """Times to be booked by one contender, and what came of those that were asked for."""

    site: Site
    which: str
    clients: int
    places: Iterator[Place]
    type_id: str
    asked: list[Place] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def book(self, times: int) -> list[float]:
        chosen = [next(self.places) for _ in range(times)]
        requests = [order(self.site, self.which, place, self.type_id) for place in chosen]
        answers = send_all(self.site.sides[self.which].server.port, requests, self.clients)
        self.asked += chosen
        self.answers += answers
        return [answer.ms for answer in answers]

    def refused(self) -> int:
        """Though every time was free and asked for once."""
        return sum(not is_booked(answer) for answer in self.answers)

    def lost(self) -> int:
        """By the house: confirmed but not in the database, or there without a word of it."""
        stored = self.site.ask(BOOKING, "count_booked", self.asked)
        return abs(len(self.asked) - self.refused() - int(stored))


def order(site: Site, which: str, place: Place, type_id: str) -> Request:
    doctor, public_id, start = place
    if which == "base":
        return post("/book/", {}, {"doctor": str(doctor), "start": start})
    headers = as_patient(site.cookies, next(site.sessions), site.sides[which].server.port)
    return post(check_path(public_id), headers, form_of(type_id, start))


def check_path(public_id: str) -> str:
    return f"/appointments/book/{public_id}/check/"


def form_of(type_id: str, start: str) -> dict[str, str]:
    return {"type": type_id, "start": start, "key": str(uuid4()), "patient_reason": "A cough for two weeks."}


def is_booked(answer: Answer) -> bool:
    """The house leads to the confirmation, the base says 201."""
    return answer.status == 201 or answer.status == 302 and answer.location.endswith("/booked/")


def measure_bookings(sites: list[Site], scale: Scale) -> Iterator[Row]:
    queries = {site.size: queries_of(site) for site in sites}
    for words, doctors in (("one doctor", ONE), (f"{len(MANY)} doctors", MANY)):
        for clients, times in ((1, scale.bookings_alone), (MANY_CLIENTS, scale.bookings_together)):
            wanted = times * scale.booking_blocks + WARM_UP
            plans = plans_of(sites, doctors, clients, wanted)
            contenders = {key: run(plan) for key, plan in plans.items()}
            alternate(contenders.values(), times=times, blocks=scale.booking_blocks, budget=scale.budget)
            facts = {size: outcome(plans, size) | {"queries": count} for size, count in queries.items()}
            yield from rows_of(f"book: {words}", contenders, facts)


def plans_of(sites: list[Site], doctors: list[int], clients: int, wanted: int) -> dict[tuple[int, str], Plan]:
    """The house and the base book the same times, each in its own table."""
    plans = {}
    for site in sites:
        places = site.ask(BOOKING, "places", doctors, wanted, site.first)
        kind = site.ask(BOOKING, "type_id")
        for which in ("house", "base"):
            plans[site.size, which] = Plan(site, which, clients, iter(places), kind)
    return plans


def run(plan: Plan) -> Contender:
    plan.book(WARM_UP)
    return plan.site.sides[plan.which].outside(plan.book)


def outcome(plans: dict[tuple[int, str], Plan], size: int) -> dict[str, object]:
    plan = plans[size, "house"]
    refused, lost = plan.refused(), plan.lost()
    words = f"{lost} bookings of {len(plan.asked)} are not as confirmed" if lost else ""
    return {"clients": plan.clients, "refused": refused, "note": words}


def queries_of(site: Site) -> int:
    """Of one booking, done in process."""
    ((_, public_id, start),) = site.ask(BOOKING, "places", COUNTED, 1, site.first)
    form = form_of(site.ask(BOOKING, "type_id"), start)
    return int(site.ask(ENTERING, "count_queries", check_path(public_id), next(site.sessions), form))


def measure_races(sites: list[Site], scale: Scale) -> Iterator[Row]:
    """Thirty-two patients want the same time in the same moment."""
    for site in sites:
        places = site.ask(BOOKING, "places", RACED, scale.races, site.first)
        winners = [race(site, place) for place in places]
        stored = [site.ask(BOOKING, "count_booked", [place]) for place in places]
        words = "" if winners == stored else f"the database holds {stored}"
        yield Row(f"race: {RACERS} clients, one time", site.size, RACERS, winners=winners, note=words)


def race(site: Site, place: Place) -> int:
    kind = site.ask(BOOKING, "type_id")
    requests = [order(site, "house", place, kind) for _ in range(RACERS)]
    answers = send_at_once(site.sides["house"].server.port, requests)
    return sum(map(is_booked, answers))
