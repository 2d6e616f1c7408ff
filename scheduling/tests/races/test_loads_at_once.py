"""Two processes load one file, or one time; a third undoes a load that still runs: each as if it had been alone."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.loading import heartbeat, pipeline
from accounts.loading.house import KEYS
from accounts.loading.undo import undo_load
from accounts.models import AuditEvent, Doctor, LoadBatch, Patient, PossibleTwin, SourceReference, User
from accounts.tests.house_files import Ran, write
from scheduling.models import Appointment, AppointmentEvent, AppointmentType
from scheduling.services.booking import book
from scheduling.tests.races.compete import NINE, NOW, Arena, afterwards, compete, outcome

PERSON = {"GIVEN_NAME": "Ana", "FAMILY_NAME": "Silva", "BIRTH_DATE": "1980-05-17", "GENDER": "female"}
# The last two are likely one person.
PEOPLE = [
    PERSON | {"ID": "P1"},
    PERSON | {"ID": "P2", "GIVEN_NAME": "Ben", "BIRTH_DATE": "1931-02-03"},
    PERSON | {"ID": "P3", "GIVEN_NAME": "Cem", "FAMILY_NAME": "Aydın", "BIRTH_DATE": "1990-01-01"},
    PERSON | {"ID": "P4", "GIVEN_NAME": "Dora", "FAMILY_NAME": "Novák", "BIRTH_DATE": "2001-12-31"},
    PERSON | {"ID": "P5", "GIVEN_NAME": "Ingrid", "FAMILY_NAME": "Larsen", "BIRTH_DATE": "1975-07-07"},
    PERSON | {"ID": "P6", "GIVEN_NAME": "Ingrid", "FAMILY_NAME": "Larson", "BIRTH_DATE": "1975-07-07"},
]


@pytest.fixture(autouse=True)
def _this_monday() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def people(arena: Arena, tmp_path: Path) -> Path:
    arena()
    return write(tmp_path / "people.csv", PEOPLE)


@pytest.fixture
def earlier(transactional_db: None) -> LoadBatch:
    """Loads take their turns by the first one of their system; an undo must wait there too."""
    return LoadBatch.objects.create(kind="patients", system=KEYS, source="old.csv", status="finished")


def meet_before_writing(gate: Any) -> None:
    """Nobody writes before everybody has judged the whole file: all see an empty house."""
    write_all = pipeline.Load._write_all

    def together(load: pipeline.Load) -> Any:
        gate.wait(timeout=60)
        return write_all(load)

    pipeline.Load._write_all = together  # type: ignore[method-assign]


def load_at_once(
    command: str, *paths: Path, chunk: int = 1000, systems: tuple[str, str] = ("", "")
) -> Counter[Any]:
    """How each ended, with what it created, updated, found unchanged and refused."""

    def work(turn: int, number: int, gate: Any) -> Any:
        pipeline.CHUNK = chunk
        meet_before_writing(gate)
        ran = Ran(command, paths[number], "--json", "--system", systems[number])
        return ran.code, ran.summary

    return compete(work, processes=len(paths), rounds=1)[0]


def persons() -> dict[str, list[Any]]:
    """What a load has brought, by its keys and without what is given anew each time."""
    keys = dict(SourceReference.objects.filter(kind="patient").values_list("target_id", "value"))
    facts = Patient.objects.values_list("pk", "given_name", "family_name", "birth_date", "gender", "version")
    twins = PossibleTwin.objects.values_list("first", "second", "reasons")
    return {
        "rows": sorted([keys.get(pk, ""), *told] for pk, *told in facts),
        "twins": sorted([keys[first], keys[second], *why] for first, second, why in twins),
        "references": sorted(SourceReference.objects.values_list("kind", "value", "digest")),
    }


def visits() -> list[Any]:
    told = ("doctor", "patient", "start_at", "end_at", "status", "version")
    keys = dict(SourceReference.objects.filter(kind="appointment").values_list("target_id", "value"))
    events = Counter(AppointmentEvent.objects.values_list("appointment", flat=True))
    rows = Appointment.objects.values_list("pk", *told)
    return sorted([keys.get(pk, ""), events[pk], *rest] for pk, *rest in rows)


def anew(command: str, path: Path, look: Callable[[], Any]) -> Any:
    """What one load alone brings into the same house."""
    for batch in LoadBatch.objects.order_by("-pk"):
        undo_load(batch=batch, reason="", actor=None, now=timezone.now())
    assert Ran(command, path, "--json").code == 0
    return look()


def test_one_file_loaded_twice_at_once_is_loaded_once(people: Path) -> None:
    found = load_at_once("load_patients", people, people)

    both = afterwards(persons)
    assert found == Counter({(0, (6, 0, 0, 0)): 1, (0, (0, 0, 6, 0)): 1})
    assert [len(both[name]) for name in ("rows", "twins", "references")] == [6, 1, 6]
    assert both == afterwards(lambda: anew("load_patients", people, persons))


def test_two_loads_take_turns_chunk_by_chunk_and_no_row_comes_twice(people: Path) -> None:
    found = load_at_once("load_patients", people, people, chunk=1)

    both = afterwards(persons)
    assert [code for code, _counts in found.elements()] == [0, 0]
    assert [sum(counts) for _code, counts in found.elements()] == [6, 6]
    assert [sum(some) for some in zip(*(counts for _code, counts in found.elements()), strict=True)] == [
        6,
        0,
        6,
        0,
    ]
    assert both == afterwards(lambda: anew("load_patients", people, persons))


def test_one_person_in_two_systems_loaded_at_once_is_asked_about(people: Path) -> None:
    found = load_at_once("load_patients", people, people, systems=("old", "new"))

    pairs = [pair for pair in afterwards(persons)["twins"] if pair[0] == pair[1]]
    assert found == Counter({(0, (6, 0, 0, 0)): 2})
    assert [key for key, *_rest in pairs] == ["P1", "P2", "P3", "P4", "P5", "P6"]


def test_one_file_of_visits_loaded_twice_at_once_is_loaded_once(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], tmp_path: Path
) -> None:
    path = write(tmp_path / "visits.csv", [visit(f"V{n}", crowd[n], doctor, kind, hour=n) for n in range(4)])
    arena()

    found = load_at_once("load_appointments", path, path)

    both = afterwards(visits)
    assert found == Counter({(0, (4, 0, 0, 0)): 1, (0, (0, 0, 4, 0)): 1})
    assert [(key, events) for key, events, *_rest in both] == [(f"V{n}", 1) for n in range(4)]
    assert both == afterwards(lambda: anew("load_appointments", path, visits))


def test_of_two_files_that_want_one_time_one_has_it(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], tmp_path: Path
) -> None:
    rows = [visit(f"V{n}", crowd[n], doctor, kind) for n in range(2)]
    paths = [write(tmp_path / f"visits{n}.csv", [row]) for n, row in enumerate(rows)]
    arena()

    found = load_at_once("load_appointments", *paths)

    assert found == Counter({(0, (1, 0, 0, 0)): 1, (2, (0, 0, 0, 1)): 1})
    assert [row[3] in {crowd[0].pk, crowd[1].pk} for row in afterwards(visits)] == [True]


def test_of_a_load_and_a_booking_that_want_one_time_one_has_it(
    arena: Arena, doctor: Doctor, kind: AppointmentType, crowd: list[Patient], desk: User, tmp_path: Path
) -> None:
    path = write(tmp_path / "visits.csv", [visit("V1", crowd[0], doctor, kind)])
    order = {"doctor": doctor, "type": kind, "patient": crowd[1], "start": NINE, "actor": desk, "now": NOW}
    arena()

    def work(turn: int, number: int, gate: Any) -> str:
        if number:
            gate.wait(timeout=60)
            return outcome(lambda: book(**order))
        meet_before_writing(gate)
        return "won" if Ran("load_appointments", path, "--json").code == 0 else "refused"

    (found,) = compete(work, processes=2, rounds=1)

    assert found in (Counter(won=1, refused=1), Counter(won=1, SlotTaken=1))
    assert len(afterwards(visits)) == 1


def test_a_load_that_still_runs_is_not_undone(earlier: LoadBatch, people: Path) -> None:
    found = load_and_undo(people, silent=False)

    assert found == Counter({"0 (6, 0, 0, 0)": 1, "CannotUndo": 1})
    assert len(afterwards(persons)["rows"]) == 6
    assert afterwards(lambda: newest().status) == "finished"


def test_an_undo_waits_for_the_chunk_that_is_being_written_and_takes_it_too(
    earlier: LoadBatch, people: Path
) -> None:
    """Of a load that nobody has heard of for long, and that goes on all the same."""
    found = load_and_undo(people, silent=True)

    left = afterwards(persons)
    assert found == Counter({"2 (0, 0, 0, 0)": 1, "undone": 1})
    assert left == {"rows": [], "twins": [], "references": []}
    assert afterwards(lambda: newest().status) == "undone"
    assert afterwards(lambda: AuditEvent.objects.filter(action="undo-load").count()) == 1


def visit(key: str, patient: Patient, doctor: Doctor, kind: AppointmentType, hour: int = 0) -> dict[str, str]:
    told = {"ID": key, "PATIENT": patient.mrn, "DOCTOR": str(doctor), "TYPE": kind.code}
    return told | {"START": (NINE + timedelta(hours=hour)).isoformat(), "STATUS": "booked"}


def load_and_undo(path: Path, *, silent: bool) -> Counter[Any]:
    """The undo begins while the second chunk of two rows is not yet kept, and ends before the third begins."""

    def work(turn: int, number: int, gate: Any) -> str:
        if number:
            gate.wait(timeout=60)
            ended = outcome(undo_newest, "undone")
            gate.wait(timeout=60)
            return ended
        pipeline.CHUNK = 2
        pause_in_second_chunk(gate, silent=silent)
        ran = Ran("load_patients", path, "--json")
        return f"{ran.code} {ran.summary}"

    return compete(work, processes=2, rounds=1)[0]


def newest() -> LoadBatch:
    return LoadBatch.objects.latest("pk")


def undo_newest() -> None:
    undo_load(batch=newest(), reason="", actor=None, now=timezone.now())


def pause_in_second_chunk(gate: Any, *, silent: bool) -> None:
    write_once, write_rows, written = pipeline.Load._write_once, pipeline.Load._write_rows, []

    def slowly(load: pipeline.Load, *rest: Any) -> None:
        write_rows(load, *rest)
        written.append(rest)
        if len(written) == 2:
            gate.wait(timeout=60)
            time.sleep(0.5)

    def and_wait(load: pipeline.Load, *rest: Any) -> Any:
        verdict = write_once(load, *rest)
        if len(written) == 1 and silent:
            LoadBatch.objects.filter(pk=load.batch.pk).update(heartbeat_at=NOW - timedelta(hours=2))
        if len(written) == 2:
            gate.wait(timeout=60)
        return verdict

    heartbeat.SECONDS = 3600
    pipeline.Load._write_rows = slowly  # type: ignore[method-assign]
    pipeline.Load._write_once = and_wait  # type: ignore[method-assign]
