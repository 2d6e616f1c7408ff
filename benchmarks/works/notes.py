"""The note of a visit under way: opened again and again, then signed, each note once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.clients import Answer, Request, as_patient, post, send_all
from benchmarks.measuring import Contender, alternate
from benchmarks.report import Row, rows_of
from benchmarks.scale import WARM_UP, Scale
from benchmarks.site import CLINIC, ENTERING, Site
from benchmarks.works.charts import DOCTOR
from benchmarks.works.reading import measure_page


@dataclass
class Plan:
    """Notes to be signed by one contender, and what came of those that were."""

    site: Site
    which: str
    requests: Iterator[Request]
    answers: list[Answer] = field(default_factory=list)

    def sign(self, times: int) -> list[float]:
        port = self.site.sides[self.which].server.port
        answers = send_all(port, [next(self.requests) for _ in range(times)], 1)
        self.answers += answers
        return [answer.ms for answer in answers]

    def refused(self) -> int:
        """The house leads to the signed record, the base says 201."""
        return sum(not is_signed(answer) for answer in self.answers)


def is_signed(answer: Answer) -> bool:
    return answer.status == 201 or answer.status == 302 and "/records/" in answer.location


def measure_notes(sites: list[Site], scale: Scale) -> Iterator[Row]:
    notes = {site.size: site.ask(CLINIC["house"], "open_visits") for site in sites}
    paths = {
        size: {"house": found, "base": [f"/clinic/note/?note={n}" for n in range(1, len(found) + 1)]}
        for size, found in notes.items()
    }
    yield from measure_page("note: open", paths, DOCTOR, sites, scale)
    yield from measure_signing(sites, notes, scale)


def measure_signing(sites: list[Site], notes: dict[int, list[str]], scale: Scale) -> Iterator[Row]:
    plans = {
        (site.size, which): Plan(site, which, iter(requests))
        for site in sites
        for which, requests in requests_of(site, notes[site.size]).items()
    }
    contenders = {key: run(plan) for key, plan in plans.items()}
    times, blocks = scale.bookings_alone, scale.booking_blocks
    alternate(contenders.values(), times=times, blocks=blocks, budget=scale.budget)
    facts = {site.size: {"clients": 1, **outcome(plans[site.size, "house"])} for site in sites}
    yield from rows_of("note: sign", contenders, facts)


def requests_of(site: Site, notes: list[str]) -> dict[str, list[Request]]:
    session = site.ask(ENTERING, "enter", DOCTOR)
    headers = as_patient(site.cookies, session, site.sides["house"].server.port)
    return {
        "house": [post(f"{path}sign/", headers, {"version": "1"}) for path in notes],
        "base": [post("/clinic/note/", {}, {"note": str(n)}) for n in range(1, len(notes) + 1)],
    }


def run(plan: Plan) -> Contender:
    plan.sign(WARM_UP)
    return plan.site.sides[plan.which].outside(plan.sign)


def outcome(plan: Plan) -> dict[str, object]:
    """What was confirmed must stand in the database with a seal."""
    signed = len(plan.answers) - plan.refused()
    lost = signed - int(plan.site.ask(CLINIC["house"], "count_signed"))
    return {"refused": plan.refused(), "note": f"{lost} signed notes are not stored" if lost else ""}
