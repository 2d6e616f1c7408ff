"""The pages of the problem list: adding by words or code, ending, and who reads what."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from accounts.tests.pages import queries
from clinical.models import Condition, Icd10Code
from clinical.models.icd10 import ICD10CM
from clinical.services.conditions import add_condition, resolve_condition
from clinical.services.rows import mark_in_error
from clinical.tests.factories import started

OWN = reverse("clinical:own-conditions")
WRITTEN = {"display": "Gout", "clinical_status": "active", "verification": "confirmed", "system": ICD10CM}


def url(name: str, row: Any) -> str:
    return reverse(f"clinical:{name}", args=[row.public_id])


def add(visit: Any, now: Any, display: str = "Gout", **facts: Any) -> Condition:
    return add_condition(patient=visit.patient, display=display, actor=visit.doctor.user, now=now, **facts)


@pytest.fixture
def gout(encounter: Any, now: Any) -> Condition:
    return add(encounter, now, onset_date=date(2026, 4, 1))


@pytest.fixture
def over(gout: Any, now: Any) -> Condition:
    return resolve_condition(condition=gout, version=1, on=date(2026, 9, 1), actor=gout.recorded_by, now=now)


def send(client: Any, visit: Any, **changes: Any) -> Any:
    address = url("condition-add", visit.patient)
    key = client.get(address).context["form"]["key"].value()
    return client.post(address, WRITTEN | {"key": key} | changes)


def test_a_problem_in_words(sign_in: Any, encounter: Any) -> None:
    answer = send(sign_in(encounter.doctor.user), encounter, onset_date="1 4 2026")

    row = Condition.objects.get()
    assert answer.url == url("chart-problems", encounter.patient)
    assert (row.display, row.code, row.system, row.onset_date) == ("Gout", "", "", date(2026, 4, 1))


def test_a_code_brings_its_words(sign_in: Any, encounter: Any) -> None:
    Icd10Code.objects.create(code="M10.9", display="Gout, unspecified", is_billable=True)

    send(sign_in(encounter.doctor.user), encounter, display="", code="m109")

    row = Condition.objects.get()
    assert (row.display, row.code, row.system) == ("Gout, unspecified", "M10.9", ICD10CM)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"display": ""}, "Write the problem in words."),
        ({"code": "gout"}, "Write a code like E11.9"),
        ({"onset_date": "2026-04-01", "abatement_date": "2026-03-01"}, "ended before it began"),
        ({"onset_date": "2027-01-12"}, "This day has not come yet."),
        ({"onset_date": "1970-01-12"}, "before the patient was born"),
    ],
)
def test_what_does_not_fit_is_said(sign_in: Any, encounter: Any, changes: Any, words: str) -> None:
    answer = send(sign_in(encounter.doctor.user), encounter, **changes)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Condition.objects.exists()


def test_what_is_over_is_asked_about(sign_in: Any, over: Any, encounter: Any) -> None:
    client = sign_in(encounter.doctor.user)

    asked = send(client, encounter).content.decode()
    send(client, encounter, twin="new")

    assert "until 1 September 2026" in asked and "Make that one active again" in asked
    assert set(Condition.objects.values_list("clinical_status", flat=True)) == {"resolved", "active"}


def test_a_problem_is_resolved_and_taken_up_again(sign_in: Any, gout: Any) -> None:
    client = sign_in(gout.recorded_by)

    client.post(url("condition-resolve", gout), {"version": 1, "on": "2026-09-01"})
    resolved = Condition.objects.get()
    client.post(url("condition-reactivate", gout), {"version": 2})

    assert (resolved.clinical_status, resolved.abatement_date) == ("resolved", date(2026, 9, 1))
    assert list(Condition.objects.active()) == [gout]


def test_a_change_of_an_older_version_is_a_conflict(sign_in: Any, over: Any) -> None:
    client = sign_in(over.recorded_by)
    sent = {
        "version": 1,
        "clinical_status": "active",
        "verification": "provisional",
        "onset_date": "2026-04-01",
    }

    stale = client.post(url("condition-change", over), sent)
    newest = client.post(url("condition-change", over), sent | {"version": 2})

    assert (stale.status_code, newest.url) == (409, url("chart-problems", over.patient))
    over.refresh_from_db()
    assert (over.clinical_status, over.verification, over.abatement_date) == ("active", "provisional", None)


def test_the_list_shows_what_is_active_over_and_wrong(
    sign_in: Any, encounter: Any, over: Any, now: Any
) -> None:
    wrong, active = add(encounter, now, display="Angina"), add(encounter, now, display="Asthma")
    mark_in_error(row=wrong, reason="Ben's", actor=encounter.doctor.user, now=now)

    answer = sign_in(encounter.doctor.user).get(url("chart-problems", encounter.patient))

    shown = [answer.context[name] for name in ("active", "earlier", "mistakes")]
    assert shown == [[active], [over], [wrong]]
    assert "From 1 April 2026 to 1 September 2026" in answer.content.decode()


PAGES = ["condition-change", "condition-resolve", "condition-reactivate", "condition-in-error"]


@pytest.mark.parametrize(
    ("who", "status"), [("dr_lee", 404), ("nurse", 403), ("ana_user", 403), ("admin", 403)]
)
def test_others_do_not_write(sign_in: Any, gout: Any, who: str, status: int, request: Any) -> None:
    actor = request.getfixturevalue(who)
    client = sign_in(getattr(actor, "user", None) or actor)
    addresses = [*(url(name, gout) for name in PAGES), url("condition-add", gout.patient)]

    answers = [client.post(address, WRITTEN | {"version": 1, "reason": "a"}) for address in addresses]

    assert [answer.status_code for answer in answers] == [status] * 5
    assert list(Condition.objects.active()) == [gout]


@pytest.mark.usefixtures("over")
def test_the_patient_reads_own_conditions_only(
    sign_in: Any, ana_user: Any, encounter: Any, dr_rao: Any, ben: Any, now: Any
) -> None:
    add(encounter, now, display="Asthma", verification="provisional")
    add(encounter, now, display="Secret of the visit", encounter=encounter)
    add(started(dr_rao, ben, now.replace(hour=12)), now, display="Bens")
    mark_in_error(row=add(encounter, now, display="Angina"), reason="a", actor=dr_rao.user, now=now)

    text = sign_in(ana_user).get(OWN).content.decode()

    assert all(words in text for words in ["Asthma", "Suspected, not confirmed yet", "Gout", "resolved"])
    assert not any(words in text for words in ["Secret", "Bens", "Angina"])


def test_without_a_problem_the_lists_say_so(sign_in: Any, ana_user: Any, encounter: Any) -> None:
    own = sign_in(ana_user).get(OWN).content.decode()
    chart = sign_in(encounter.doctor.user).get(url("chart-problems", encounter.patient)).content.decode()

    assert "None recorded" in own and "None recorded" in chart


@pytest.mark.usefixtures("gout")
def test_a_list_costs_the_same_with_1_and_3_rows(
    sign_in: Any, ana_user: Any, encounter: Any, now: Any
) -> None:
    page = url("chart-problems", encounter.patient)
    one = queries(sign_in(encounter.doctor.user), page)[0], queries(sign_in(ana_user), OWN)[0]
    for words in ("Asthma", "Angina"):
        add(encounter, now, display=words)

    three = queries(sign_in(encounter.doctor.user), page)[0], queries(sign_in(ana_user), OWN)[0]

    assert three == one
    assert one[0] <= 14 and one[1] <= 8


def test_what_no_box_is_to_blame_for_is_said_once(sign_in: Any, gout: Any, encounter: Any) -> None:
    answer = send(sign_in(gout.recorded_by), encounter)

    assert answer.status_code == 422
    assert answer.content.decode().count("is on the list already") == 1
