"""The outbox: atomic with the business, once per key, sent when it can be."""

import random
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts import outbox
from accounts.errors import NotAllowed
from accounts.models import Message

pytestmark = pytest.mark.django_db
KIND = "account-password-changed"
FAULTY = f"{__name__}.FaultyBackend"


class FaultyBackend(BaseEmailBackend):
    """A mail server that raises what the test says."""

    error: Exception = OSError("nobody listens")
    calls = 0

    def send_messages(self, email_messages: Any) -> int:
        FaultyBackend.calls += 1
        raise FaultyBackend.error


@pytest.fixture
def faulty(settings: Any) -> type[FaultyBackend]:
    settings.EMAIL_BACKEND = FAULTY
    FaultyBackend.calls, FaultyBackend.error = 0, OSError("nobody listens")
    return FaultyBackend


@pytest.fixture
def message(reception: Any) -> Message:
    return outbox.enqueue(KIND, reception, recipient=reception)


def test_a_message_vanishes_with_its_transaction(reception):
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.enqueue(KIND, reception, recipient=reception)
        raise RuntimeError

    assert not Message.objects.exists()


def test_the_same_thing_told_twice_is_one_message(reception, message):
    again = outbox.enqueue(KIND, reception, recipient=reception)

    assert again == message
    assert Message.objects.count() == 1


def test_nobody_to_tell_is_no_message(reception):
    assert outbox.enqueue(KIND, reception) is None
    assert not Message.objects.exists()


def test_an_unregistered_kind_is_refused_at_once(reception):
    with pytest.raises(KeyError):
        outbox.enqueue("no-such-kind", reception, recipient=reception)


def test_a_message_goes_out_as_text_and_html(message, settings):
    settings.HOSPITAL_BASE_URL = "https://care.example.org"

    counts = outbox.send_due()

    sent = mail.outbox[0]
    message.refresh_from_db()
    assert counts == {"sent": 1, "skipped": 0, "postponed": 0, "dead": 0}
    assert (message.status, message.last_error) == ("sent", "")
    assert sent.to == ["reception@example.org"]
    assert sent.extra_headers["Message-ID"] == f"<{message.public_id}@care.example.org>"
    assert "https://care.example.org/" in sent.body
    assert sent.alternatives[0].mimetype == "text/html"


def test_names_are_escaped_in_html_and_plain_in_text(reception):
    reception.given_name = "O'Brien <b>"
    reception.save()
    outbox.enqueue(KIND, reception, recipient=reception)

    outbox.send_due()

    sent = mail.outbox[0]
    assert "Dear O'Brien <b>," in sent.body
    assert "O&#x27;Brien &lt;b&gt;" in sent.alternatives[0].content


def test_what_is_no_longer_true_is_not_sent(reception):
    message = outbox.enqueue("account-invitation", reception, recipient=reception)

    counts = outbox.send_due()

    message.refresh_from_db()
    assert (counts["skipped"], message.status, mail.outbox) == (1, "skipped", [])


def test_what_was_deleted_is_not_spoken_of(message):
    Message.objects.update(target_id=0)

    assert outbox.send_due()["skipped"] == 1
    assert mail.outbox == []


def test_an_account_that_was_closed_gets_no_mail(reception, message):
    reception.is_active = False
    reception.save()

    assert outbox.send_due()["skipped"] == 1


def test_with_the_server_away_messages_wait_and_go_out_later(message, faulty, settings):
    now = timezone.now()
    for minute in range(60):
        outbox.send_due(now=lambda at=now + timedelta(minutes=minute): at)
    waiting = Message.objects.get()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    counts = outbox.send_due(now=lambda: now + timedelta(minutes=61))

    assert (waiting.status, waiting.attempts) == ("queued", 0)
    assert (faulty.calls, counts["sent"], len(mail.outbox)) == (60, 1, 1)


def test_a_server_that_is_away_is_asked_once_in_a_pass(reception, nurse, faulty):
    for user in (reception, nurse):
        outbox.enqueue(KIND, user, recipient=user)

    counts = outbox.send_due()

    assert (counts["postponed"], faulty.calls) == (1, 1)


def test_refusals_are_tried_ten_times_ever_later_and_then_failed(message, faulty):
    faulty.error = smtplib.SMTPDataError(550, b"no such mailbox")
    now, waits = timezone.now(), []
    for _attempt in range(10):
        outbox.send_due(now=lambda at=now: at)
        message.refresh_from_db()
        waits.append(message.next_attempt_at - now)
        now = message.next_attempt_at

    assert (message.status, message.attempts, faulty.calls) == ("dead", 10, 10)
    assert waits[:7] == sorted(waits[:7])
    assert timedelta(seconds=45) <= waits[0] <= timedelta(minutes=1)
    assert waits[8] <= timedelta(hours=24)
    assert "no such mailbox" in message.last_error


def test_waits_are_spread_and_never_longer_than_a_day():
    random.seed(7)

    waits = {outbox.wait_after(9) for _ in range(50)}

    assert len(waits) == 50
    assert timedelta(hours=18) <= min(waits) <= max(waits) <= timedelta(hours=24)


def test_one_bad_message_does_not_stop_the_others(reception, nurse, message):
    Message.objects.filter(pk=message.pk).update(kind="forgotten-kind")
    outbox.enqueue(KIND, nurse, recipient=nurse)

    counts = outbox.send_due()

    message.refresh_from_db()
    assert (counts["sent"], counts["postponed"], message.status) == (1, 1, "queued")


def test_a_sender_that_died_holding_a_message_is_followed_by_another(message):
    now = timezone.now()
    outbox.claim(now)

    early = outbox.send_due(now=lambda: now + timedelta(seconds=59))
    late = outbox.send_due(now=lambda: now + timedelta(seconds=61))

    assert (early["sent"], late["sent"], len(mail.outbox)) == (0, 1, 1)


def test_a_message_that_kills_its_sender_is_given_up(message):
    now = timezone.now()
    for turn in range(10):
        outbox.claim(now + timedelta(minutes=2 * turn))

    counts = outbox.send_due(now=lambda: now + timedelta(minutes=30))

    assert (counts["dead"], mail.outbox) == (1, [])


def test_a_sender_that_lost_its_lease_does_not_overwrite_the_outcome(message):
    now = timezone.now()
    slow = outbox.claim(now)
    outbox.send_due(now=lambda: now + timedelta(seconds=61))

    outbox.postpone(slow, smtplib.SMTPDataError(451, b"later"), now + timedelta(seconds=62))

    message.refresh_from_db()
    assert message.status == "sent"


def test_a_sender_that_lost_its_lease_does_not_take_the_message_from_the_next(message):
    now = timezone.now()
    slow = outbox.claim(now)
    other = outbox.claim(now + timedelta(seconds=61))

    outbox.postpone(slow, smtplib.SMTPDataError(451, b"later"), now + timedelta(seconds=62))

    message.refresh_from_db()
    assert (message.status, message.lease_until) == ("sending", other.lease_until)


def test_a_failed_message_is_tried_again_by_hand(message, admin):
    Message.objects.update(status="dead", attempts=10, last_error="refused")

    outbox.retry(message=message, actor=admin, now=timezone.now())

    assert outbox.send_due()["sent"] == 1


def test_others_may_not_retry(message, reception):
    Message.objects.update(status="dead")

    with pytest.raises(NotAllowed):
        outbox.retry(message=message, actor=reception, now=timezone.now())

    assert Message.objects.get().status == "dead"


def test_a_message_that_was_sent_is_not_sent_again_by_retry(message, admin):
    outbox.send_due()

    outbox.retry(message=message, actor=admin, now=timezone.now())

    assert outbox.send_due()["sent"] == 0


def test_the_command_prints_one_line_of_counts(message, capsys):
    call_command("send_messages")

    assert capsys.readouterr().out == "messages: 1 sent, 0 skipped, 0 postponed, 0 dead\n"


def test_d3_with_nothing_due_nothing_is_sent(db, capsys):
    call_command("send_messages")

    assert capsys.readouterr().out == "messages: 0 sent, 0 skipped, 0 postponed, 0 dead\n"
    assert mail.outbox == []


def test_the_command_speaks_json(message, capsys):
    call_command("send_messages", "--json")

    assert capsys.readouterr().out == '{"messages": {"sent": 1, "skipped": 0, "postponed": 0, "dead": 0}}\n'


def test_a_dry_run_sends_nothing(message, capsys):
    call_command("send_messages", "--dry-run")

    assert capsys.readouterr().out == "messages: 1 due\n"
    assert (mail.outbox, Message.objects.get().status) == ([], "queued")


def test_the_loop_outlives_a_database_that_is_away(monkeypatch):
    from accounts.management.commands import send_messages

    passes = []

    def failing(stopping: Any) -> dict[str, int]:
        passes.append(1)
        raise OperationalError("the server closed the connection")

    waits = iter([False, False, True])
    monkeypatch.setattr(send_messages.outbox, "send_due", failing)
    monkeypatch.setattr(send_messages, "close_old_connections", lambda: None)
    monkeypatch.setattr(send_messages.signal, "signal", lambda *args: None)
    event = type("Stop", (), {"set": None, "wait": lambda *a: None, "is_set": lambda self: next(waits)})
    monkeypatch.setattr(send_messages.threading, "Event", event)

    call_command("send_messages", "--loop")

    assert len(passes) == 2
