"""Who is told of a visit, how often, and in which words."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Message, Patient, PatientAccess, User
from accounts.outbox import send_due
from accounts.tests.factories import UserFactory
from scheduling.errors import SlotTaken
from scheduling.models import Appointment
from scheduling.services.booking import book, cancel


def queued() -> set[tuple[str, str]]:
    return set(Message.objects.values_list("kind", "recipient__email"))


def test_c2_an_order_sent_twice_is_told_once(order: dict[str, Any]) -> None:
    key = uuid4()

    for _ in range(2):
        book(**order, idempotency_key=key)

    assert list(Message.objects.values_list("kind", "recipient__email")) == [
        ("appointment-booked", "ana@example.org")
    ]


def test_a_refused_order_tells_nobody(order: dict[str, Any], booked: Appointment, ben: Patient) -> None:
    with pytest.raises(SlotTaken):
        book(**order | {"patient": ben, "actor": ben.user})

    assert queued() == {("appointment-booked", "ana@example.org")}


def test_those_who_act_for_the_patient_are_told_too(order: dict[str, Any], ana: Patient) -> None:
    long_ago = timezone.now() - timedelta(days=10)
    proxy, former, stranger, emergency = (UserFactory(email=f"{n}@example.org") for n in "pfse")
    grant = {"patient": ana, "kind": "proxy", "starts_at": long_ago}
    PatientAccess.objects.create(user=proxy, **grant)
    PatientAccess.objects.create(user=former, ends_at=timezone.now() - timedelta(days=1), **grant)
    PatientAccess.objects.create(user=stranger, scopes=["records"], **grant)
    PatientAccess.objects.create(user=emergency, **grant | {"kind": "break-glass"})

    book(**order)

    assert queued() == {("appointment-booked", address) for address in ("ana@example.org", "p@example.org")}


def test_a_patient_without_account_is_booked_all_the_same(
    order: dict[str, Any], ana: Patient, reception: User
) -> None:
    ana.accesses.all().delete()

    book(**order | {"actor": reception})

    assert queued() == set()


def test_d1_a_visit_cancelled_meanwhile_is_not_announced(
    booked: Appointment, ana: Patient, now: datetime
) -> None:
    cancel(appointment=booked, reason="", actor=ana.user, now=now)

    send_due()

    assert [sent.subject for sent in mail.outbox] == ["Your appointment at Riverside Hospital is cancelled"]
    assert Message.objects.get(kind="appointment-booked").status == "skipped"


def test_the_mail_names_place_time_and_link_and_nothing_of_health(order: dict[str, Any]) -> None:
    visit = book(**order, patient_reason="A secret cough")

    send_due()

    (sent,) = mail.outbox
    html = sent.alternatives[0][0]
    for text in (sent.body, html):
        assert "Tuesday 12 January 2027, 9am" in text
        assert "London time" in text and "Main building" in text
        assert f"/appointments/{visit.public_id}/" in text
        for secret in ("Rao", "Cardiology", "Consultation", "cough"):
            assert secret not in text


def test_with_the_mail_server_away_booking_succeeds_and_the_mail_goes_later(
    order: dict[str, Any], settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    visit = book(**order)
    send_due()

    assert (visit.status, Message.objects.get().status) == ("booked", "queued")
