"""SEC-02 and SEC-03: nobody hears a foreign canary or changes a foreign row, and the matrix would notice."""

import time

import pytest
from django.urls import get_resolver
from django.utils import timezone
from django.views import View

from accounts.models import PatientMerge, PossibleTwin
from accounts.services.merging import journal
from accounts.tests.factories import PatientFactory
from hospital.checks import patterns
from hospital.tests.matrix.charts import build_chart
from hospital.tests.matrix.faults import FAULTS, Fault
from hospital.tests.matrix.oracle import run, signed_in
from hospital.tests.matrix.routes import Target, targets
from hospital.tests.matrix.world import World, build


@pytest.fixture
def world(db: None) -> World:
    world = build()
    for name, team in {"ana": {"rao", "nurse"}, "ben": {"lee"}}.items():
        visit = world.rows["appointment"][f"{name}-checked-in"]
        build_chart(world, name, visit, frozenset(team))
    two_files(world)
    return world


def two_files(world: World) -> None:
    """A pair that may be one person, and a file that was merged."""
    ana, ben = (world.rows["patient"][name] for name in ("ana", "ben"))
    PossibleTwin.objects.create(first=ana, second=ben, source="desk")
    lost = PatientFactory(merged_into=ana, archived_at=timezone.now())
    PatientMerge.objects.create(
        survivor=ana, loser=lost, merged_by=world.actors["admin"], snapshot=journal.empty()
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(4))
def test_sec_02_nobody_sees_or_changes_what_is_not_theirs(part: int, world: World) -> None:
    """In four parts, so that they run side by side."""
    started = time.monotonic()
    wanted = [target for number, target in enumerate(targets(world)) if number % 4 == part]

    findings = list(run(world, wanted))

    routes = len({target.route for target in wanted})
    print(f"{routes} routes, {len(wanted) * len(world.actors)} doors, {time.monotonic() - started:.0f} s")
    assert findings == []
    assert len(wanted) * len(world.actors) > 1000


def test_sec_02_no_view_answers_head_in_a_way_of_its_own() -> None:
    """Where GET is refused, the matrix does not ask HEAD."""
    found = {getattr(pattern.callback, "view_class", View) for _, pattern in patterns(get_resolver())}
    ours = [view for view in found if not view.__module__.startswith("django.")]

    assert [view for view in ours if hasattr(view, "head")] == []
    assert len(ours) > 100


def test_sec_02_own_rows_do_open(world: World) -> None:
    """The matrix is no proof when every door is shut: these must open."""
    wanted = list(targets(world))
    doors = [
        ("ana", f"/records/{world.rows['record']['ana-signed'].public_id}/"),
        ("ana", f"/appointments/{world.rows['appointment']['ana-booked'].public_id}/"),
        ("rao", f"/patients/{world.rows['patient']['ana'].public_id}/"),
        ("rao", f"/records/{world.rows['record']['ana-draft'].public_id}/"),
        ("lee", f"/patients/{world.rows['patient']['ben'].public_id}/"),
        ("nurse", f"/patients/{world.rows['patient']['ana'].public_id}/"),
        ("reception", f"/admin/accounts/patient/{world.rows['patient']['ben'].pk}/change/"),
        ("admin", f"/admin/clinical/medicalrecord/{world.rows['record']['ben-signed'].pk}/change/"),
        ("privacy", "/admin/accounts/auditevent/"),
    ]

    shut = [(actor, url) for actor, url in doors if not opens(world, actor, url)]

    assert shut == []
    assert {url for _, url in doors} <= {target.url for target in wanted}


def opens(world: World, actor: str, url: str) -> bool:
    return signed_in(world.actors[actor]).get(url).status_code == 200


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_sec_03_a_planted_fault_turns_the_matrix_red(
    fault: Fault, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it is green without the fault is what SEC-02 shows."""
    wanted = [target for target in targets(world) if touches(fault, target)]
    fault.plant(monkeypatch, world)

    found = next(run(world, wanted), None)

    assert found is not None


def touches(fault: Fault, target: Target) -> bool:
    return target.route.startswith(fault.routes)


def test_sec_03_there_are_twelve_faults_of_several_kinds() -> None:
    kinds = [fault.kind for fault in FAULTS]

    assert len(FAULTS) >= 12
    assert len(set(kinds)) >= 6
