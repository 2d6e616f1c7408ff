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
from scheduling.models import Appointment, AppointmentType
from scheduling.services.booking import book, cancel
from scheduling.services.leave import Decision, Leave, add_time_off, preview_time_off
from scheduling.services.moving import move

SECRETS = ("Rao", "Cardiology", "Consultation", "cough")


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
        assert all(secret not in text for secret in SECRETS)


def test_with_the_mail_server_away_booking_succeeds_and_the_mail_goes_later(
    order: dict[str, Any], settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    visit = book(**order)
    send_due()

    assert (visit.status, Message.objects.get().status) == ("booked", "queued")


def letters() -> tuple[str, list[str]]:
    """The subject and both bodies of the one mail that is sent now, its long lines joined."""
    mail.outbox.clear()
    send_due()
    (sent,) = mail.outbox
    return sent.subject, [" ".join(text.split()) for text in (sent.body, sent.alternatives[0][0])]


def test_a_request_is_told_as_one(order: dict[str, Any]) -> None:
    AppointmentType.objects.update(needs_approval=True)
    visit = book(**order, patient_reason="A secret cough")

    subject, texts = letters()

    assert subject == "We have your request for an appointment at Riverside Hospital"
    for text in texts:
        assert "It is not booked yet" in text and "Tuesday 12 January 2027, 9am" in text
        assert f"/appointments/{visit.public_id}/" in text and "Main building" in text
        assert all(secret not in text for secret in SECRETS)


def test_a_move_is_told_with_the_new_time(booked: Appointment, ana: Patient, now: datetime) -> None:
    Message.objects.all().delete()
    later = booked.start_at + timedelta(hours=1)
    move(appointment=booked, doctor=booked.doctor, start=later, version=1, actor=ana.user, now=now)

    subject, texts = letters()

    assert subject == "Your appointment at Riverside Hospital has a new time"
    for text in texts:
        assert "This is the new time" in text and "Tuesday 12 January 2027, 10am" in text
        assert f"/appointments/{booked.public_id}/" in text
        assert all(secret not in text for secret in SECRETS)


def test_d7_leave_is_told_once_with_every_change_and_its_link(
    order: dict[str, Any], booked: Appointment, now: datetime
) -> None:
    visits = [
        booked,
        *(book(**order | {"start": booked.start_at + timedelta(hours=hour)}) for hour in (1, 2)),
    ]
    Message.objects.all().delete()
    leave = Leave(booked.doctor, now, now + timedelta(days=2), "sick", "secret-flu")
    found = {row.visit.pk: row for row in preview_time_off(leave=leave, now=now)}
    new = [(found[visit.pk].doctor, found[visit.pk].start) for visit in visits]
    decisions = [Decision("move", *new[0]), Decision("offer", *new[1]), Decision("cancel")]
    decided = dict(zip((visit.pk for visit in visits), decisions, strict=True))
    add_time_off(leave=leave, decisions=decided, actor=booked.doctor.user, now=now)

    subject, texts = letters()

    assert subject == "3 of your appointments at Riverside Hospital change"
    for text in texts:
        assert text.count("/new-time/") >= 3 and text.count("Old time") == 3 and text.count("New time") == 2
        assert "Wednesday 13 January 2027, 9am" in text and "Wednesday 13 January 2027, 9:20am" in text
        for words in ("Moved. Say whether", "A new time is kept", "Cancelled, so do not come."):
            assert words in text
        assert all(secret not in text for secret in (*SECRETS, "secret-flu", "Illness"))
