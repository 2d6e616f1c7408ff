"""Large files wait for a worker: one takes them, a dead one's are taken over, the page says how far they are."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from accounts.loading import running, uploads, waiting
from accounts.loading.waiting import CHECK, LOAD
from accounts.models import LoadBatch, Patient, User
from accounts.tests.loads import GOOD, ONE_FAULTY, checked, columns, confirmation, page, uploaded
from accounts.tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_small(monkeypatch, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(uploads, "AT_ONCE_BYTES", 0)
    cache.delete(waiting.WORKER)


@pytest.fixture
def desk(client, admin):
    client.force_login(admin)
    return client


def work(*_args) -> str:
    """One batch, as a worker does it."""
    return running.perform(waiting.claim(timezone.now()))


@pytest.fixture
def asked(desk, admin):
    """Judged by a worker, confirmed by a person, waiting to be loaded."""

    def ask(content: str = GOOD, **more: str) -> LoadBatch:
        batch = checked(desk, content)
        assert (batch.status, work()) == ("waiting", "draft")
        batch.refresh_from_db()
        desk.post(page("confirm", batch), confirmation(batch, **more))
        batch.refresh_from_db()
        assert batch.status == "waiting"
        return batch

    return ask


def test_a_large_file_is_judged_and_loaded_by_a_worker(desk, asked):
    batch = uploaded(desk, GOOD)
    waits = desk.post(page("columns", batch), columns(desk, batch), follow=True)
    call_command("run_loads")
    dry_run = desk.get(page("check", batch))
    batch.refresh_from_db()
    confirmed = desk.post(page("confirm", batch), confirmation(batch), follow=True)
    untouched = Patient.objects.count()
    call_command("run_loads")
    result = desk.get(page("result", batch))

    assert "Waiting for a worker" in text_of(waits) and 'role="progressbar"' in waits.content.decode()
    assert "All rows are good" in text_of(dry_run)
    assert ("Waiting for a worker" in text_of(confirmed), untouched) == (True, 0)
    assert "Loaded on" in text_of(result)
    assert Patient.objects.count() == 2


def test_the_page_says_when_no_worker_lives_and_what_starts_one(desk):
    batch = uploaded(desk, GOOD)
    desk.post(page("columns", batch), columns(desk, batch))

    without = text_of(desk.get(page("check", batch)))
    waiting.be_seen()
    lives = text_of(desk.get(page("check", batch)))

    assert "No worker gives a sign of life" in without and "manage.py run_loads --loop" in without
    assert "No worker gives a sign of life" not in lives


def test_two_workers_never_hold_one_batch(asked):
    batch, now = asked(), timezone.now()

    first, second = waiting.claim(now), waiting.claim(now)

    assert (first.batch, second) == (batch, None)


def test_a_claim_that_was_seen_by_another_meanwhile_is_no_claim(asked, monkeypatch):
    """Both read the row before either writes."""
    asked()
    now, seen = timezone.now(), waiting.due(timezone.now()).first()
    waiting.claim(now)
    monkeypatch.setattr(waiting, "due", lambda _now: Stale([seen]))

    assert waiting.claim(now) is None


class Stale(list):
    """A query that was answered before somebody else wrote."""

    def select_for_update(self, **_how):
        return self

    def first(self):
        return self[0]


def test_a_batch_whose_worker_died_is_claimed_after_a_minute(asked):
    batch, now = asked(), timezone.now()
    dead = waiting.claim(now)

    soon = waiting.claim(now + waiting.LEASE - timedelta(seconds=1))
    heir = waiting.claim(now + waiting.LEASE + timedelta(seconds=1))

    assert (soon, heir.batch, heir.attempts) == (None, batch, 2)
    assert running.perform(heir) == "finished"
    assert running.perform(dead) == "lost"
    assert Patient.objects.count() == 2
    assert LoadBatch.objects.get().status == "finished"


def test_whoever_lost_the_batch_stops_at_the_next_rows(asked):
    asked()
    now = timezone.now()
    dead = waiting.claim(now)
    waiting.claim(now + 2 * waiting.LEASE)
    dead.told_at = 0

    with pytest.raises(waiting.LeaseLost):
        dead.tell("read", "patients", 1000)


def test_a_heart_that_beats_keeps_the_batch(asked):
    asked()
    now = timezone.now()
    claim = waiting.claim(now - 2 * waiting.LEASE)
    claim.beat()

    assert waiting.claim(now) is None
    assert not claim.lost.is_set()


def test_a_batch_that_kills_its_workers_is_given_up(asked):
    batch, now = asked(), timezone.now()
    for number in range(waiting.MOST_ATTEMPTS + 1):
        claim = waiting.claim(now + 2 * number * waiting.LEASE)

    assert running.perform(claim) == "stopped"
    batch.refresh_from_db()
    assert "died three times" in batch.report["refusal"]
    assert Patient.objects.count() == 0


def test_a_worker_that_is_told_to_stop_gives_the_batch_back(asked):
    batch = asked()
    claim = waiting.claim(timezone.now())
    claim.stopping.set()

    outcome = running.perform(claim)
    batch.refresh_from_db()

    assert (outcome, batch.status, batch.progress["job"]) == ("waiting", "waiting", LOAD)
    assert work() == "finished"


def test_who_was_deactivated_meanwhile_loads_nothing(desk, asked, admin):
    batch = asked()
    User.objects.filter(pk=admin.pk).update(is_active=False)

    outcome = work()
    batch.refresh_from_db()

    assert (outcome, Patient.objects.count(), bool(batch.file)) == ("refused", 0, False)
    assert "may no longer load data" in batch.report["refusal"]


def test_the_worker_writes_under_the_name_of_who_confirmed(asked, admin):
    from accounts.models import AuditEvent

    batch = asked()
    work()

    rows = AuditEvent.objects.filter(batch_id=batch.pk, target_table="accounts_patient")
    assert {row.actor for row in rows} == {admin}
    assert len(rows) == 2


def test_a_load_that_stopped_half_way_goes_on_when_somebody_says_so(desk, asked, monkeypatch):
    batch = asked()
    broken = monkeypatch.context()
    with broken as patch:
        patch.setattr(running, "run", broken_run)
        assert work() == "stopped"
    shown = text_of(desk.get(page("result", batch)))
    desk.post(page("result", batch))

    assert work() == "finished"
    assert "It stopped half-way" in shown
    assert Patient.objects.count() == 2


def broken_run(_claim):
    raise RuntimeError("nobody foresaw this")


def test_a_database_that_is_away_leaves_the_batch_to_the_next_worker(asked, monkeypatch):
    from django.db import OperationalError

    batch = asked()

    def away(_claim):
        raise OperationalError("no route to host")

    with monkeypatch.context() as patch:
        patch.setattr(running, "run", away)
        with pytest.raises(OperationalError):
            work()
    batch.refresh_from_db()

    assert batch.status == "running"
    assert running.perform(waiting.claim(timezone.now() + 2 * waiting.LEASE)) == "finished"


def test_faults_that_nobody_allowed_refuse_the_whole_load(desk, asked, monkeypatch):
    """Between dry run and load the house may change; then the load says no, and nothing is half-written."""
    batch = asked(ONE_FAULTY, keep_going="on")
    LoadBatch.objects.filter(pk=batch.pk).update(options=batch.options | {"keep_going": False})

    outcome = work()
    batch.refresh_from_db()

    assert (outcome, batch.counts["patients"]["refused"], Patient.objects.count()) == ("refused", 1, 0)
    assert "Nothing was loaded" in text_of(desk.get(page("result", batch)))


def test_loads_from_a_command_line_are_never_claimed(admin):
    LoadBatch.objects.create(kind="patients", source="folder", status="running", actor=admin)

    assert waiting.claim(timezone.now() + timedelta(days=9)) is None


def test_nobody_asks_twice(desk, admin):
    batch = checked(desk, GOOD)
    work()
    batch.refresh_from_db()
    said = {"actor": admin, "now": timezone.now(), "checked": batch.report["checked"]}

    assert [waiting.ask(batch, LOAD, **said), waiting.ask(batch, LOAD, **said)] == [True, False]
    assert waiting.ask(batch, CHECK, actor=admin, now=timezone.now()) is False


def test_a_draft_cannot_be_changed_while_a_worker_has_it(desk):
    batch = checked(desk, GOOD)
    before = batch.options

    for name in ("upload", "columns", "discard"):
        assert desk.post(page(name, batch), {"kind": "patients"}).url == page("check", batch)
    batch.refresh_from_db()

    assert (batch.status, batch.options) == ("waiting", before)
