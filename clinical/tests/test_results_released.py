"""When the patient may read a result, what is told of it, and what never is."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail

from accounts import outbox
from accounts.models import Message, PatientAccess
from accounts.tests.factories import UserFactory
from clinical.errors import (
    AlreadyReleased,
    AlreadyReviewed,
    NeverReleased,
    NoFinalResult,
)
from clinical.models import LabResult
from clinical.services.results import (
    release_result,
    review_result,
)
from clinical.services.rows import mark_in_error
from clinical.tests.measured import AFTER_DAYS, AT_ONCE, NEVER, fix, ordered, reported, seen_by, step


@pytest.mark.parametrize(
    ("policy", "days_until", "waits"),
    [(AT_ONCE, 0, False), (AFTER_DAYS, 3, True), ({}, None, True), (NEVER, None, False)],
)
def test_the_policy_says_when_the_patient_may_read(
    ana: Any, ben: Any, doctor: Any, now: Any, frozen: Any, policy: Any, days_until: Any, waits: bool
) -> None:
    result = reported(ana, doctor, now, **policy)

    expected = None if days_until is None else now + timedelta(days=days_until)
    assert result.released_at == expected
    assert seen_by(ana.user) == ([Decimal("5.9")] if days_until == 0 else [])
    rows = LabResult.objects.all()
    assert rows.filter(rows.held_for_patients()).exists() is waits
    frozen.shift(timedelta(days=4))
    assert seen_by(ana.user) == ([Decimal("5.9")] if days_until is not None else [])
    assert seen_by(ben.user) == []


def test_a_review_releases_what_waited_for_it(ana: Any, doctor: Any, now: Any) -> None:
    result = reported(ana, doctor, now)
    unreviewed = list(LabResult.objects.unreviewed())

    step(review_result, result, doctor, now)

    result.refresh_from_db()
    assert unreviewed == [result]
    assert (result.reviewed_by, result.reviewed_at, result.released_at) == (doctor, now, now)
    assert not LabResult.objects.unreviewed().exists()
    with pytest.raises(AlreadyReviewed):
        step(review_result, result, doctor, now)


@pytest.mark.parametrize("policy", [NEVER, AFTER_DAYS])
def test_a_review_releases_nothing_else(ana: Any, doctor: Any, now: Any, policy: Any) -> None:
    result = reported(ana, doctor, now, **policy)

    step(review_result, result, doctor, now)

    assert seen_by(ana.user) == []


def test_a_doctor_may_release_before_the_review(ana: Any, doctor: Any, now: Any) -> None:
    result = reported(ana, doctor, now)

    step(release_result, result, doctor, now)

    assert seen_by(ana.user) == [Decimal("5.9")]
    with pytest.raises(AlreadyReleased):
        step(release_result, result, doctor, now)


def test_what_cannot_be_released_says_why(ana: Any, doctor: Any, now: Any) -> None:
    with pytest.raises(NeverReleased):
        step(release_result, reported(ana, doctor, now, **NEVER), doctor, now)
    with pytest.raises(AlreadyReleased, match="14 January 2027"):
        step(release_result, reported(ana, doctor, now, **AFTER_DAYS), doctor, now)
    with pytest.raises(NoFinalResult):
        step(release_result, ordered(ana, doctor, now), doctor, now)


@pytest.mark.parametrize(("policy", "released"), [({}, None), (NEVER, None), (AFTER_DAYS, 3)])
def test_a_correction_of_what_nobody_saw_waits_as_long(
    ana: Any, doctor: Any, now: Any, policy: Any, released: Any
) -> None:
    new = fix(reported(ana, doctor, now, **policy), doctor, now + timedelta(hours=1))

    assert new.released_at == (now + timedelta(days=released) if released else None)
    assert seen_by(ana.user) == []


def test_a_mistake_never_reaches_the_patient(ana: Any, doctor: Any, now: Any) -> None:
    result = reported(ana, doctor, now, **AT_ONCE)

    mark_in_error(row=result, reason="Another patient's blood", actor=doctor, now=now)
    outbox.send_due()

    assert (seen_by(ana.user), mail.outbox) == ([], [])


def test_the_mail_says_nothing_of_health(ana: Any, doctor: Any, now: Any) -> None:
    reported(ana, doctor, now, **AT_ONCE)

    outbox.send_due()

    letter = mail.outbox[0]
    texts = [letter.subject, letter.body, letter.alternatives[0][0]]
    secrets = ["Potassium", "5.9", "result", "Rao", "Cardiology", "Silva"]
    assert letter.to == [ana.user.email]
    assert not [secret for secret in secrets for text in texts if secret.casefold() in text.casefold()]


def test_those_who_read_the_record_are_told_when_it_is_released(ana: Any, doctor: Any, now: Any) -> None:
    proxy, clerk = UserFactory(), UserFactory()
    for user, scopes in ((proxy, ["records"]), (clerk, ["appointments"])):
        PatientAccess.objects.create(
            patient=ana, user=user, kind="proxy", scopes=scopes, starts_at=now - timedelta(days=1)
        )

    result = reported(ana, doctor, now, **AFTER_DAYS)

    messages = Message.objects.filter(kind="result-ready")
    assert {message.recipient for message in messages} == {ana.user, proxy}
    assert {message.next_attempt_at for message in messages} == {result.released_at}


def test_a_result_that_was_corrected_before_its_day_is_told_once(
    ana: Any, doctor: Any, now: Any, frozen: Any
) -> None:
    fix(reported(ana, doctor, now, **AFTER_DAYS), doctor, now)

    frozen.shift(timedelta(days=3, seconds=1))
    outbox.send_due()

    assert len(mail.outbox) == 1
    assert sorted(Message.objects.values_list("status", flat=True)) == ["sent", "skipped"]
