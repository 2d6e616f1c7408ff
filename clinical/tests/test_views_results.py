"""The pages of results: the chart's list and one result with its steps."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.tests.pages import text_of
from clinical.models import LabResult
from clinical.tests.measured import AT_ONCE, fix, ordered, reported

OWN = reverse("clinical:own-results")
STEPS = ["report", "correct", "review", "release", "cancel", "in-error"]


def section(patient: Any) -> str:
    return reverse("clinical:chart-results", args=[patient.public_id])


def page(name: str, row: Any) -> str:
    return reverse(f"clinical:result-{name}", args=[row.public_id])


def typed(result: Any, **values: Any) -> dict[str, Any]:
    return {
        "version": result.version,
        "patient": str(result.patient.public_id),
        "day": "2027-01-11",
        "time": "08:00",
        "value_quantity": "5.9",
        "value_text": "",
        "unit": "mmol/L",
        "range_low": "3.5",
        "range_high": "5.1",
        "flag": "",
        "is_final": "final",
        "release_policy": "at-once",
        "release_days": "",
    } | values


def shown(context: Any) -> list[Any]:
    return [result.value_quantity for one in context["shown"] for result in one["page"]]


def test_the_list_says_value_range_flag_and_state(sign_in: Any, ana: Any, doctor: Any, now: Any) -> None:
    reported(ana, doctor, now)

    text = text_of(sign_in(doctor).get(section(ana)))

    said = ["Potassium", "5.9 mmol/L High ↑", "3.5 to 5.1 mmol/L", "Final", "Not reviewed", "After review"]
    assert [words for words in said if words not in text] == []


def test_a_corrected_value_stands_once_and_says_from_what(
    sign_in: Any, ana: Any, doctor: Any, now: Any
) -> None:
    new = fix(reported(ana, doctor, now), doctor, now)
    client = sign_in(doctor)

    listed, detail = client.get(section(ana)), text_of(client.get(page("detail", new)))
    old = text_of(client.get(page("detail", new.corrects)))

    assert list(listed.context["page_obj"]) == [new]
    assert "4.9 mmol/L Normal Corrected from 5.9 mmol/L on 11 January 2027" in text_of(listed)
    assert "Value before the correction" in detail and "Mixed up" in detail
    assert "This value was corrected: see the newest result" in old


def test_reading_one_result_is_noted(sign_in: Any, ana: Any, doctor: Any, now: Any) -> None:
    result = reported(ana, doctor, now)

    sign_in(doctor).get(page("detail", result))

    event = AuditEvent.objects.order_by("-pk").first()
    assert (event.action, event.target_table, event.target_id, event.patient) == (
        "read",
        "clinical_labresult",
        str(result.pk),
        ana,
    )


@pytest.mark.parametrize("who", ["dr_lee", "nurse", "reception", "privacy", "admin", "ana_user", "ben_user"])
def test_nobody_else_takes_a_step(
    sign_in: Any, ana: Any, doctor: Any, now: Any, who: str, request: Any
) -> None:
    result = reported(ana, doctor, now, **AT_ONCE)
    user = request.getfixturevalue(who)
    client = sign_in(getattr(user, "user", None) or user)
    urls = [page(name, result) for name in STEPS] + [page("order", ana)]

    codes = [client.get(url).status_code for url in urls] + [client.post(url).status_code for url in urls]

    assert set(codes) == {404 if who == "dr_lee" else 403}


@pytest.mark.parametrize(
    ("who", "code"), [("dr_lee", 404), ("nurse", 200), ("ana_user", 403), ("admin", 403)]
)
def test_who_reads_the_list(
    sign_in: Any, ana: Any, doctor: Any, now: Any, who: str, code: int, request: Any
) -> None:
    result = reported(ana, doctor, now)
    user = request.getfixturevalue(who)
    client = sign_in(getattr(user, "user", None) or user)

    answers = [client.get(section(ana)), client.get(page("detail", result))]

    assert [answer.status_code for answer in answers] == [code, code]
    assert code != 200 or answers[1].context["steps"] == {}


def test_a_doctor_orders_a_test_once(sign_in: Any, ana: Any, doctor: Any, encounter: Any) -> None:
    client = sign_in(doctor)
    key = client.get(page("order", ana)).context["form"]["key"].value()
    told = {"key": key, "display": "HbA1c", "code": "4548-4", "unit": "%", "release_policy": "after-days"}

    answers = [client.post(page("order", ana), told | {"release_days": "3"}) for _ in range(2)]

    result = LabResult.objects.get()
    assert [answer.url for answer in answers] == [section(ana)] * 2
    assert (result.display, result.code, result.system, result.release_days, result.encounter) == (
        "HbA1c",
        "4548-4",
        "http://loinc.org",
        3,
        encounter,
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"display": ""}, "Write which test you want."),
        ({"code": "HbA1c"}, "A LOINC code looks like 4548-4."),
        ({"release_policy": "after-days", "release_days": ""}, "Write after how many days."),
        ({"range_low": "5", "range_high": "3"}, "The range must begin with its lower end."),
        ({"range_low": "five"}, "Write a number"),
    ],
)
def test_an_order_that_makes_no_sense(sign_in: Any, ana: Any, doctor: Any, changes: Any, words: str) -> None:
    client = sign_in(doctor)
    key = client.get(page("order", ana)).context["form"]["key"].value()

    answer = client.post(
        page("order", ana), {"key": key, "display": "X", "release_policy": "never"} | changes
    )

    assert (answer.status_code, LabResult.objects.count()) == (422, 0)
    assert words in text_of(answer)


def test_a_result_is_entered_corrected_and_reviewed(sign_in: Any, ana: Any, doctor: Any, now: Any) -> None:
    result, client = ordered(ana, doctor, now), sign_in(doctor)

    entered = client.post(page("report", result), typed(result))
    result.refresh_from_db()
    key = client.get(page("correct", result)).context["form"]["key"].value()
    told = typed(result, value_quantity="4,9", reason="Mixed up", key=key)
    corrected = client.post(page("correct", result), told)
    new = LabResult.objects.get(corrects=result)
    reviewed = client.post(page("review", new), {"version": new.version})

    new.refresh_from_db()
    assert [entered.url, corrected.url, reviewed.url] == [page("detail", result), *[page("detail", new)] * 2]
    assert (result.status, result.value_quantity) == ("final", Decimal("5.9"))
    assert (new.value_quantity, new.reviewed_by, new.released_at) == (Decimal("4.9"), doctor, now)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value_quantity": ""}, "Write the value, or the result in words."),
        ({"flag": "LL"}, "This interpretation does not fit the value and its range."),
        ({"day": "2027-01-12"}, "This time has not come yet."),
        ({"day": "1950-01-01"}, "This time lies before the patient was born."),
        ({"value_quantity": "1e99999"}, "Value"),
    ],
)
def test_a_result_that_makes_no_sense(
    sign_in: Any, ana: Any, doctor: Any, now: Any, changes: Any, words: str
) -> None:
    result = ordered(ana, doctor, now)

    answer = sign_in(doctor).post(page("report", result), typed(result, **changes))

    result.refresh_from_db()
    assert (answer.status_code, result.status) == (422, "registered")
    assert words in text_of(answer)


def test_the_second_editor_gets_the_conflict_page(sign_in: Any, ana: Any, doctor: Any, now: Any) -> None:
    result, client = ordered(ana, doctor, now), sign_in(doctor)
    stale = typed(result, value_quantity="6.1")
    client.post(page("report", result), typed(result, is_final="preliminary"))

    answer = client.post(page("report", result), stale)

    assert answer.status_code == 409
    assert "6.1" in text_of(answer) and "5.9" in text_of(answer)


@pytest.mark.parametrize("name", ["report", "cancel"])
def test_a_step_that_came_too_late_leads_to_the_result(
    sign_in: Any, ana: Any, doctor: Any, now: Any, name: str
) -> None:
    result = reported(ana, doctor, now)

    assert sign_in(doctor).get(page(name, result)).url == page("detail", result)


def test_a_cancelled_test_cannot_be_a_mistake(sign_in: Any, ana: Any, doctor: Any, now: Any) -> None:
    result, client = ordered(ana, doctor, now), sign_in(doctor)

    answer = client.post(page("cancel", result), {"version": result.version, "reason": "Clotted"})

    assert answer.url == page("detail", result)
    assert client.get(page("in-error", result)).status_code == 404
    assert "Cancelled Clotted" in text_of(client.get(page("detail", result)))


def test_a_release_by_hand(sign_in: Any, ana: Any, doctor: Any, now: Any) -> None:
    result, client = reported(ana, doctor, now), sign_in(doctor)

    client.post(page("release", result), {"version": result.version})

    assert shown(sign_in(ana.user).get(OWN).context) == [Decimal("5.9")]


def test_an_ordered_test_says_when_it_was_ordered_not_that_a_sample_was_taken(
    sign_in: Any, encounter: Any, now: Any
) -> None:
    doctor = encounter.doctor.user
    result, client = ordered(encounter.patient, doctor, now), sign_in(doctor)
    waiting = [text_of(client.get(one)) for one in (page("detail", result), section(encounter.patient))]

    client.post(page("report", result), typed(result))

    assert "Sample taken" not in waiting[0] and "ordered 11 January 2027" in waiting[1]
    assert "Sample taken" in text_of(client.get(page("detail", result)))
