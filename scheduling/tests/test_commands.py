"""expire_holds and check_calendar: what they find, say and leave alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from accounts import chores
from accounts.errors import Busy
from scheduling.models import Appointment
from scheduling.services import holds
from scheduling.services.holds import expire_holds, hold
from scheduling.tests.factories import AppointmentFactory
from scheduling.tests.refusal import everything

pytestmark = pytest.mark.usefixtures("frozen")
OVER = timedelta(minutes=6)


@pytest.fixture
def lapsed(order: dict[str, Any], frozen: Any, now: datetime) -> Appointment:
    """Ana held tomorrow at nine, and the five minutes are over."""
    held = hold(**order)
    frozen.move_to(now + OVER)
    return held


def run(capsys: Any, name: str, *options: str) -> tuple[int, list[str]]:
    """How the command ended, and what it said."""
    try:
        call_command(name, *options)
        code = 0
    except SystemExit as end:
        code = int(str(end.code))
    return code, capsys.readouterr().out.splitlines()


# expire_holds


def test_c15_what_is_held_and_over_is_let_go(lapsed: Appointment, capsys: Any, now: datetime) -> None:
    ended = run(capsys, "expire_holds")

    lapsed.refresh_from_db()
    event = lapsed.events.last()
    assert ended == (0, ["holds: 1 expired, 0 skipped"])
    assert (lapsed.status, event.to_status, event.actor, event.happened_at) == (
        "expired",
        "expired",
        None,
        now + OVER,
    )


def test_a_second_run_finds_nothing(lapsed: Appointment, capsys: Any) -> None:
    run(capsys, "expire_holds")
    before = everything()

    assert run(capsys, "expire_holds", "--json") == (0, ['{"holds": {"expired": 0, "skipped": 0}}'])
    assert everything() == before


def test_a_dry_run_only_counts(lapsed: Appointment, capsys: Any) -> None:
    before = everything()

    assert run(capsys, "expire_holds", "--dry-run") == (0, ["holds: 1 over"])
    assert run(capsys, "expire_holds", "--dry-run", "--json") == (0, ['{"holds": {"over": 1}}'])
    assert everything() == before


def test_what_is_still_held_stays(order: dict[str, Any], capsys: Any) -> None:
    held = hold(**order)

    assert run(capsys, "expire_holds") == (0, ["holds: 0 expired, 0 skipped"])
    assert Appointment.objects.get().status == held.status == "held"


def test_a_hold_that_was_booked_meanwhile_is_skipped(
    lapsed: Appointment, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    """As two commands at once: the row changes between the list and the lock."""
    expire_one = holds.expire_one

    def after_another(appointment: Appointment, now: datetime) -> bool:
        assert expire_one(appointment, now)
        return expire_one(appointment, now)

    monkeypatch.setattr(holds, "expire_one", after_another)

    assert expire_holds(now=now + OVER) == {"expired": 0, "skipped": 1}
    assert list(lapsed.events.values_list("to_status", flat=True)) == ["held", "expired"]


def test_a_busy_calendar_holds_up_no_other(
    lapsed: Appointment, monkeypatch: pytest.MonkeyPatch, nine: datetime, now: datetime
) -> None:
    other = AppointmentFactory(start_at=nine, status="held", hold_expires_at=now)
    expire_one = holds.expire_one

    def busy_once(appointment: Appointment, now: datetime) -> bool:
        if appointment.pk == lapsed.pk:
            raise Busy
        return expire_one(appointment, now)

    monkeypatch.setattr(holds, "expire_one", busy_once)

    assert expire_holds(now=now + OVER) == {"expired": 1, "skipped": 1}
    assert Appointment.objects.get(pk=other.pk).status == "expired"


# The worker's loop


@pytest.fixture
def one_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The worker makes one pass and is told to stop."""
    from accounts.management.commands import send_messages

    def loop() -> None:
        waits = iter([False, True])
        event = type(
            "Stop", (), {"set": None, "wait": lambda *a: None, "is_set": lambda self: next(waits, True)}
        )
        monkeypatch.setattr(send_messages.threading, "Event", event)
        monkeypatch.setattr(send_messages, "close_old_connections", lambda: None)
        monkeypatch.setattr(send_messages.signal, "signal", lambda *args: None)
        call_command("send_messages", "--loop")

    return loop


def test_the_worker_lets_holds_go_between_its_messages(
    lapsed: Appointment, one_pass: Callable[[], None], capsys: Any
) -> None:
    one_pass()

    assert Appointment.objects.get().status == "expired"
    assert "holds: 1 expired, 0 skipped" in capsys.readouterr().out


def test_a_chore_that_fails_is_logged_and_stops_nothing(
    lapsed: Appointment,
    one_pass: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def failing(*, now: datetime) -> dict[str, int]:
        raise OperationalError("no such thing")

    monkeypatch.setattr(chores, "CHORES", {"failing": failing, **chores.CHORES})

    one_pass()

    assert Appointment.objects.get().status == "expired"
    assert [record.getMessage() for record in caplog.records] == ["The chore “failing” failed."]
