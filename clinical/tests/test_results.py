"""Results: ordered, reported, final, and corrected with the old value kept."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.errors import NotAllowed, StaleVersion
from clinical.errors import (
    FlagDoesNotFit,
    HasResult,
    NoFinalResult,
    NothingChanged,
    ReasonMissing,
    ReplacedResult,
    ReportedResult,
    ValueMissing,
    WrongTime,
)
from clinical.models import LabResult
from clinical.services.findings import in_range
from clinical.services.results import (
    cancel_test,
    correct_result,
    order_test,
    release_result,
    report_result,
    review_result,
)
from clinical.tests.measured import AT_ONCE, fix, found, ordered, reported, seen_by, step


def test_an_order_waits_for_its_result(ana: Any, doctor: Any, now: Any) -> None:
    result = ordered(ana, doctor, now)

    assert (result.status, result.value_quantity, result.released_at) == ("registered", None, None)
    assert (result.recorded_by, result.release_policy) == (doctor, "after-review")


def test_one_key_is_one_order(ana: Any, doctor: Any, now: Any) -> None:
    key = uuid.uuid4()

    assert ordered(ana, doctor, now, key=key) == ordered(ana, doctor, now, key=key)
    assert LabResult.objects.count() == 1


@pytest.mark.parametrize("who", ["dr_lee", "nurse", "ana_user", "reception", "admin"])
def test_only_the_patients_doctor_orders_and_reports(
    ana: Any, doctor: Any, now: Any, who: str, request: Any
) -> None:
    other = request.getfixturevalue(who)
    other = getattr(other, "user", None) or other
    result = ordered(ana, doctor, now)

    with pytest.raises(NotAllowed):
        ordered(ana, other, now)
    for service, told in [
        (report_result, {"finding": found(now), "is_final": True}),
        (correct_result, {"finding": found(now), "reason": "x"}),
        (cancel_test, {"reason": "x"}),
        (review_result, {}),
        (release_result, {}),
    ]:
        with pytest.raises(NotAllowed):
            step(service, result, other, now, **told)

    assert [(row.status, row.version) for row in LabResult.objects.all()] == [("registered", 1)]


@pytest.mark.parametrize(("value", "flag"), [("3.4999", "L"), ("3.5", "N"), ("5.1", "N"), ("5.1001", "H")])
def test_the_flag_follows_the_range(ana: Any, doctor: Any, now: Any, value: str, flag: str) -> None:
    assert reported(ana, doctor, now, value).flag == flag


@pytest.mark.parametrize(
    ("value", "low", "high", "flag"),
    [
        ("1", None, None, ""),
        (None, "1", "2", ""),
        ("1", "2", None, "L"),
        ("1", None, "2", "N"),
        ("3", None, "2", "H"),
    ],
)
def test_a_range_may_have_one_end(value: Any, low: Any, high: Any, flag: str) -> None:
    numbers = [None if one is None else Decimal(one) for one in (value, low, high)]

    assert in_range(*numbers) == flag


@pytest.mark.parametrize(
    ("value", "flag", "fits"), [("7", "HH", True), ("7", "LL", False), ("4", "HH", False)]
)
def test_a_critical_flag_is_chosen_and_must_fit(
    ana: Any, doctor: Any, now: Any, value: str, flag: str, fits: bool
) -> None:
    result, finding = ordered(ana, doctor, now), found(now, value, flag=flag)

    if fits:
        assert step(report_result, result, doctor, now, finding=finding, is_final=True).flag == flag
    else:
        with pytest.raises(FlagDoesNotFit):
            step(report_result, result, doctor, now, finding=finding, is_final=True)


def test_a_preliminary_result_may_change_and_a_final_one_not(ana: Any, doctor: Any, now: Any) -> None:
    result = ordered(ana, doctor, now)

    step(report_result, result, doctor, now, finding=found(now, "5.5"), is_final=False)
    step(report_result, result, doctor, now, finding=found(now, "5.9"), is_final=True)
    with pytest.raises(HasResult):
        step(report_result, result, doctor, now, finding=found(now, "4"), is_final=True)

    result.refresh_from_db()
    assert (result.status, result.value_quantity, result.reported_at) == ("final", Decimal("5.9"), now)


def test_final_means_final_for_the_model_and_for_sql(ana: Any, doctor: Any, now: Any) -> None:
    result = reported(ana, doctor, now)

    result.value_quantity = 1
    with pytest.raises(ReportedResult):
        result.save()
    with pytest.raises(ReportedResult):
        LabResult.objects.update(value_quantity=1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE clinical_labresult SET value_quantity = 1")

    result.refresh_from_db()
    assert result.value_quantity == Decimal("5.9")


def test_a_result_needs_a_value_and_a_possible_time(ana: Any, doctor: Any, now: Any) -> None:
    result = ordered(ana, doctor, now)
    nothing, early = found(now), found(now + timedelta(minutes=1))
    nothing = type(nothing)(taken_at=now)

    with pytest.raises(ValueMissing):
        step(report_result, result, doctor, now, finding=nothing, is_final=True)
    with pytest.raises(WrongTime):
        step(report_result, result, doctor, now, finding=early, is_final=True)


def test_the_second_editor_gets_both_values(ana: Any, doctor: Any, now: Any) -> None:
    result = ordered(ana, doctor, now)
    step(report_result, result, doctor, now, finding=found(now, "5.5"), is_final=False)

    with pytest.raises(StaleVersion) as stale:
        report_result(result=result, version=1, finding=found(now), is_final=True, actor=doctor, now=now)

    assert stale.value.rows == [("value", "5.9", "5.5")]


def test_a_correction_stands_beside_the_old_value(ana: Any, doctor: Any, now: Any) -> None:
    old = reported(ana, doctor, now, **AT_ONCE)

    new = fix(old, doctor, now)

    old.refresh_from_db()
    assert (old.status, old.value_quantity) == ("final", Decimal("5.9"))
    assert (new.status, new.corrects, new.status_reason, new.flag) == ("corrected", old, "Mixed up", "N")
    assert list(LabResult.objects.current()) == [new]
    assert list(LabResult.objects.unreviewed()) == [new]
    assert seen_by(ana.user) == [Decimal("4.9")]


def test_a_correction_is_made_once_and_for_the_newest_only(ana: Any, doctor: Any, now: Any) -> None:
    old, key = reported(ana, doctor, now), uuid.uuid4()
    version = old.version

    first = fix(old, doctor, now, key=key)
    told = {"finding": found(now, "4.9"), "reason": "Mixed up", "actor": doctor, "now": now}
    again = correct_result(result=old, version=version, key=key, **told)
    with pytest.raises(ReplacedResult):
        fix(old, doctor, now, "4.8")
    newest = fix(first, doctor, now, "4.7")

    assert again == first
    assert list(LabResult.objects.current()) == [newest]


def test_a_correction_changes_something_and_says_why(ana: Any, doctor: Any, now: Any) -> None:
    old = reported(ana, doctor, now)

    with pytest.raises(NothingChanged):
        fix(old, doctor, now, "5.9")
    with pytest.raises(ReasonMissing):
        fix(old, doctor, now, reason=" ")
    with pytest.raises(NoFinalResult):
        fix(ordered(ana, doctor, now), doctor, now)


def test_an_order_is_cancelled_while_it_has_no_result(ana: Any, doctor: Any, now: Any) -> None:
    wanted, done = ordered(ana, doctor, now), reported(ana, doctor, now)

    step(cancel_test, wanted, doctor, now, reason="Blood was clotted")
    with pytest.raises(HasResult):
        step(cancel_test, done, doctor, now, reason="No")
    with pytest.raises(HasResult):
        step(report_result, wanted, doctor, now, finding=found(now), is_final=True)

    wanted.refresh_from_db()
    assert (wanted.status, wanted.status_reason) == ("cancelled", "Blood was clotted")


def test_an_order_may_hang_on_the_visit_only_of_the_same_patient(
    ben: Any, dr_rao: Any, doctor: Any, encounter: Any, now: Any
) -> None:
    with pytest.raises(NotAllowed):
        order_test(patient=ben, display="Potassium", encounter=encounter, actor=doctor, now=now)

    assert not LabResult.objects.exists()
