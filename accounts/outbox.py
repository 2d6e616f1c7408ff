"""The outbox: a message is a row of the business transaction, and a worker sends it afterwards.

A row names its kind and its subject, never its text: that is made when it is sent, from what is true then.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPConnectError, SMTPException, SMTPServerDisconnected
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation

from accounts.audit import acting
from accounts.models import Message, User
from accounts.rules import demand

LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(hours=24)
SERVER_AWAY_WAIT = timedelta(seconds=30)
MOST_ATTEMPTS = 10

ContextMaker = Callable[[Message, Any], dict[str, Any]]
Check = Callable[[Any], bool]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Kind:
    template: str
    context: ContextMaker
    still_true: Check


KINDS: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    template: str,
    context: ContextMaker = lambda message, target: {},
    still_true: Check = lambda target: True,
) -> None:
    """Teach the worker a kind of message; each app does so in its messages.py, which its AppConfig imports.

    `template="scheduling/appointment_booked"` means three files below templates/emails/:
    `scheduling/appointment_booked_subject.txt` (one line), `….txt` (extends emails/base.txt) and `….html`
    (extends emails/base.html). Both bases have the blocks `content` and `reason` (why this mail came).
    The templates may name what `context(message, target)` returns, and besides: `name` (given name of the
    recipient, or nothing), `hospital` (name, phone, emergency_number) and `home_url`. Links are made with
    `absolute(path)`. `still_true(target)` is asked at the moment of sending: False means no mail, for good.
    No word about health may stand in a mail.
    """
    KINDS[kind] = Kind(template, context, still_true)


def absolute(path: str) -> str:
    """The address of a page as a mail names it; the host comes from the settings, never from a request."""
    return settings.HOSPITAL_BASE_URL.rstrip("/") + path


def enqueue(
    kind: str,
    target: models.Model | None = None,
    *,
    recipient: User | None = None,
    address: str = "",
    key: str = "",
    at: datetime | None = None,
) -> Message | None:
    """Put a message into the transaction at hand; None when there is nobody to tell.

    The same kind, target and receiver make the same key, and the same key is one message. Pass a `key` of
    your own for what may be told again. Without `address` it goes to where the recipient then is.
    """
    if kind not in KINDS:
        raise KeyError(f"Unregistered kind of message: {kind}")
    if recipient is None and not address:
        return None
    about = target._meta.label_lower if target is not None else ""
    receiver = recipient.pk if recipient else address
    fields = {
        "kind": kind,
        "recipient": recipient,
        "address": address,
        "target_model": about,
        "target_id": target.pk if target is not None else None,
        "next_attempt_at": at or timezone.now(),
    }
    key = key or f"{kind}:{about}:{fields['target_id']}:{receiver}"
    return Message.objects.get_or_create(key=key, defaults=fields)[0]


def claim(now: datetime) -> Message | None:
    """Take the next due message for a minute; two workers never hold the same one.

    PostgreSQL skips rows that another worker is taking; on SQLite the comparison in the update decides.
    """
    with transaction.atomic():
        message = Message.objects.due(now).select_for_update(skip_locked=True, of=("self",)).first()
        if message is None:
            return None
        seen = Message.objects.filter(pk=message.pk, status=message.status, attempts=message.attempts)
        message.status = Message.Status.SENDING
        message.attempts += 1
        message.lease_until = now + LEASE
        held = {"status": message.status, "attempts": message.attempts, "lease_until": message.lease_until}
        return message if seen.update(**held) else None


def send(message: Message, now: datetime) -> str:
    """Send a claimed message and note the outcome at once; returns the status it has now."""
    if message.attempts > MOST_ATTEMPTS:
        return settle(message, Message.Status.DEAD, last_error="Its sender died each time.")
    try:
        mail = compose(message)
        if mail is None:
            return settle(message, Message.Status.SKIPPED)
        mail.send()
    except Exception as error:  # noqa: BLE001  one message that fails, in whatever way, must not stop the others
        return postpone(message, error, now)
    return settle(message, Message.Status.SENT, sent_at=now, last_error="")


def send_due(now: Clock = timezone.now, stopping: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """One pass over what is due, a transaction or two for each; stops early when the server is away."""
    counts = dict.fromkeys(("sent", "skipped", "postponed", "dead"), 0)
    while not stopping() and (message := claim(now())) is not None:
        outcome = send(message, now())
        counts["postponed" if outcome == Message.Status.QUEUED else outcome] += 1
        if outcome == Message.Status.QUEUED and message.attempts == 0:
            break
    return counts


def retry(*, message: Message, actor: User, now: datetime) -> None:
    """Give a failed message ten new attempts, the first at once."""
    demand(actor, "accounts.retry_message", message)
    with acting(actor, reason="retry of a failed message"):
        Message.objects.failed().filter(pk=message.pk).update(
            status=Message.Status.QUEUED, attempts=0, next_attempt_at=now, lease_until=None
        )


def compose(message: Message) -> EmailMultiAlternatives | None:
    """The mail as it reads at this moment; None when it is no longer true or nobody is there to read it."""
    kind = KINDS[message.kind]
    target = find_target(message)
    gone = message.target_id is not None and target is None
    if gone or not is_reachable(message.recipient) or not kind.still_true(target):
        return None
    with translation.override(settings.LANGUAGE_CODE):
        context = surroundings(message) | kind.context(message, target)
        return written(message, f"emails/{kind.template}", context)


def find_target(message: Message) -> Any:
    if message.target_id is None:
        return None
    return apps.get_model(message.target_model)._base_manager.filter(pk=message.target_id).first()


def is_reachable(recipient: User | None) -> bool:
    return recipient is None or recipient.is_active


def surroundings(message: Message) -> dict[str, Any]:
    return {
        "name": message.recipient.given_name if message.recipient else "",
        "home_url": absolute("/"),
        "hospital": {
            "name": settings.HOSPITAL_NAME,
            "phone": settings.HOSPITAL_PHONE,
            "emergency_number": settings.HOSPITAL_EMERGENCY_NUMBER,
        },
    }


def written(message: Message, template: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    """Text and HTML; the Message-ID is the row's, so that a mail sent twice is known as one."""
    host = urlsplit(settings.HOSPITAL_BASE_URL).hostname or "localhost"
    mail = EmailMultiAlternatives(
        subject=" ".join(as_text(f"{template}_subject.txt", context).split()),
        body=as_text(f"{template}.txt", context).strip() + "\n",
        to=[message.address or message.recipient.email],  # type: ignore[union-attr]
        headers={"Message-ID": f"<{message.public_id}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return mail


def as_text(template: str, context: dict[str, Any]) -> str:
    return get_template(template).template.render(Context(context, autoescape=False))  # type: ignore[attr-defined]


def postpone(message: Message, error: Exception, now: datetime) -> str:
    """Later, or never after ten refusals. A server that is away is no attempt at this message."""
    words = f"{type(error).__name__}: {error}"[:300]
    if is_away(error):
        message.attempts -= 1
        at = now + SERVER_AWAY_WAIT * random.uniform(1, 1.5)
        return settle(message, Message.Status.QUEUED, next_attempt_at=at, last_error=words)
    if message.attempts >= MOST_ATTEMPTS:
        return settle(message, Message.Status.DEAD, last_error=words)
    at = now + wait_after(message.attempts)
    return settle(message, Message.Status.QUEUED, next_attempt_at=at, last_error=words)


def is_away(error: Exception) -> bool:
    """No connection came about; smtplib's own refusals are OSErrors too, and are not meant."""
    if isinstance(error, SMTPException):
        return isinstance(error, SMTPConnectError | SMTPServerDisconnected)
    return isinstance(error, OSError)


def wait_after(attempts: int) -> timedelta:
    """1, 3, 9, 27 … minutes, a day at most, each shortened by up to a quarter, so as to come apart."""
    minutes = timedelta(minutes=3 ** (attempts - 1))
    return min(minutes, LONGEST_WAIT) * random.uniform(0.75, 1)


def settle(message: Message, status: Message.Status, **fields: Any) -> str:
    """Note the outcome, unless the lease ran out and another worker holds the message now."""
    held = Message.objects.filter(pk=message.pk, status=Message.Status.SENDING)
    held.filter(lease_until=message.lease_until).update(
        status=status, attempts=message.attempts, lease_until=None, **fields
    )
    return status
