"""The pages of the vaccinations: what is due, who records where, and what the patient reads."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from accounts.tests.factories import UserFactory
from accounts.tests.pages import queries
from clinical.models import Immunization
from clinical.services.immunizations import add_immunization
from clinical.services.records import sign
from clinical.services.rows import mark_in_error
from clinical.tests.factories import started

OWN = reverse("clinical:own-immunizations")
WRITTEN = {"vaccine": "113", "status": "completed", "given_on": "2027-01-11"}


def url(name: str, row: Any) -> str:
    return reverse(f"clinical:{name}", args=[row.public_id])


def elsewhere(visit: Any, now: Any, display: str = "MMR", code: str = "03", **facts: Any) -> Immunization:
    facts = {"happened_at": now - timedelta(days=400), "encounter": None} | facts
    return add_immunization(
        patient=visit.patient, display=display, code=code, actor=visit.doctor.user, now=now, **facts
    )


def send(client: Any, visit: Any, **changes: Any) -> Any:
    address = url("immunization-add", visit.patient)
    key = client.get(address).context["form"]["key"].value()
    return client.post(address, WRITTEN | {"key": key, "encounter": visit.public_id} | changes)


def test_a_nurse_records_a_dose_of_the_visit(sign_in: Any, encounter: Any, nurse: Any, now: Any) -> None:
    answer = send(
        sign_in(nurse), encounter, lot_number="A1", dose_number="2", next_due_on="2037-01-11", route="IM"
    )

    row = Immunization.objects.get()
    assert answer.url == url("chart-immunizations", encounter.patient)
    assert (row.code, row.display, row.encounter) == ("113", "Td (adult), preservative free", encounter)
    assert (row.happened_at, row.lot_number, row.dose_number) == (now, "A1", 2)


@pytest.mark.parametrize("place", ["here", "elsewhere"])
def test_a_dose_of_this_moment_is_not_in_the_future(
    sign_in: Any, encounter: Any, frozen: Any, monkeypatch: Any, place: str
) -> None:
    """However long the request takes: the clock that judges is the one that was read first."""
    ticking = timezone.now

    def later() -> Any:
        frozen.shift(1)
        return ticking()

    client = sign_in(encounter.doctor.user)
    monkeypatch.setattr(timezone, "now", later)
    where = str(encounter.public_id) if place == "here" else place

    assert send(client, encounter, encounter=where).status_code == 302


def test_a_nurse_is_not_offered_other_places(sign_in: Any, encounter: Any, nurse: Any) -> None:
    client = sign_in(nurse)
    offered = client.get(url("immunization-add", encounter.patient)).context["form"]["encounter"]

    answer = send(client, encounter, encounter="elsewhere")

    assert [name for name, _words in offered.field.choices] == [str(encounter.public_id)]
    assert answer.status_code == 422


def test_a_doctor_records_what_a_card_says(sign_in: Any, encounter: Any) -> None:
    """Only the day is known, and it is the same day on every clock of the country."""
    words = {"encounter": "elsewhere", "vaccine": "other", "display": "Smallpox", "given_on": "1985-07-03"}

    send(sign_in(encounter.doctor.user), encounter, **words)

    row = Immunization.objects.get()
    assert (row.encounter, row.display, row.code, row.system) == (None, "Smallpox", "", "")
    assert timezone.localtime(row.happened_at).isoformat()[:16] == "1985-07-03T12:00"


def test_what_was_not_given_says_why(sign_in: Any, encounter: Any, nurse: Any) -> None:
    client = sign_in(nurse)

    refused = send(client, encounter, status="not-done")
    send(client, encounter, status="not-done", not_done_reason="PATOBJ")

    assert "Say why it was not given." in refused.content.decode()
    assert Immunization.objects.get().not_done_reason == "PATOBJ"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vaccine": ""}, "Choose the vaccine."),
        ({"vaccine": "other"}, "Write which vaccine."),
        ({"display": "Smallpox"}, "Leave this empty"),
        ({"expires_on": "2027-01-10"}, "This vaccine had expired on 10 January 2027"),
        ({"given_on": "2027-01-12"}, "This day has not come yet."),
        ({"given_at": "23:00"}, "This time has not come yet."),
        ({"next_due_on": "2027-01-11"}, "must be due on a later day"),
        ({"dose_number": "0"}, "greater than or equal to 1"),
        ({"encounter": "11111111-1111-1111-1111-111111111111"}, "Select a valid choice"),
    ],
)
def test_what_does_not_fit_is_said(
    sign_in: Any, encounter: Any, nurse: Any, changes: Any, words: str
) -> None:
    answer = send(sign_in(nurse), encounter, **changes)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Immunization.objects.exists()


def test_what_is_due_stands_on_top(sign_in: Any, encounter: Any, now: Any) -> None:
    elsewhere(encounter, now, next_due_on=date(2026, 3, 3))
    elsewhere(encounter, now, display="Chickenpox", code="21", next_due_on=date(2027, 3, 3))

    text = sign_in(encounter.doctor.user).get(url("chart-immunizations", encounter.patient)).content.decode()

    assert (
        text.index("due since 3 March 2026") < text.index("due on 3 March 2027") < text.index("Vaccinations")
    )


def test_a_mistake_is_struck_through_and_no_longer_due(sign_in: Any, encounter: Any, now: Any) -> None:
    row = elsewhere(encounter, now, next_due_on=date(2026, 3, 3))
    client = sign_in(encounter.doctor.user)

    client.post(url("immunization-in-error", row), {"reason": "Read wrongly"})

    text = client.get(url("chart-immunizations", encounter.patient)).content.decode()
    assert "row-card--void" in text and "Read wrongly" in text and "due since" not in text


def test_the_nurse_marks_a_mistake_while_the_patient_is_there(
    sign_in: Any, encounter: Any, nurse: Any, now: Any
) -> None:
    row = elsewhere(encounter, now)

    sign_in(nurse).post(url("immunization-in-error", row), {"reason": "Read wrongly"})

    row.refresh_from_db()
    assert row.status == "entered-in-error"


def test_others_record_nothing(
    sign_in: Any, encounter: Any, dr_lee: Any, ana_user: Any, dermatology: Any
) -> None:
    other = UserFactory(email="other@example.org", role=Role.NURSE, department=dermatology)
    address = url("immunization-add", encounter.patient)

    answers = [sign_in(who).post(address, WRITTEN).status_code for who in (dr_lee.user, other, ana_user)]

    assert (answers, Immunization.objects.count()) == ([404, 404, 403], 0)


def test_the_patient_reads_what_is_released(
    sign_in: Any, ana_user: Any, draft: Any, dr_rao: Any, ben: Any, now: Any
) -> None:
    visit = draft.encounter
    elsewhere(visit, now, next_due_on=date(2026, 3, 3))
    elsewhere(visit, now, display="Tetanus", code="112", happened_at=now, encounter=visit)
    elsewhere(started(dr_rao, ben, now.replace(hour=12)), now, display="Bens", code="")
    mark_in_error(row=elsewhere(visit, now, display="Wrong", code=""), reason="a", actor=dr_rao.user, now=now)
    client = sign_in(ana_user)

    before = client.get(OWN).content.decode()
    sign(record=draft, version=draft.version, actor=draft.author, now=now)
    after = client.get(OWN).content.decode()

    assert "MMR" in before and "due since 3 March 2026" in before and "Tetanus" not in before
    assert "Tetanus" in after and "Bens" not in after and "Wrong" not in after


def test_the_code_is_shown_to_staff_and_not_to_the_patient(
    sign_in: Any, ana_user: Any, encounter: Any, now: Any
) -> None:
    elsewhere(encounter, now)

    staff = sign_in(encounter.doctor.user).get(url("chart-immunizations", encounter.patient))
    patient = sign_in(ana_user).get(OWN)

    assert "CVX code" in staff.content.decode() and "CVX code" not in patient.content.decode()


def test_a_list_costs_the_same_with_1_and_3_rows(
    sign_in: Any, ana_user: Any, encounter: Any, now: Any
) -> None:
    page = url("chart-immunizations", encounter.patient)
    elsewhere(encounter, now)
    one = queries(sign_in(encounter.doctor.user), page)[0], queries(sign_in(ana_user), OWN)[0]
    for code in ("21", "10"):
        elsewhere(encounter, now, display=code, code=code, next_due_on=date(2027, 3, 3))

    three = queries(sign_in(encounter.doctor.user), page)[0], queries(sign_in(ana_user), OWN)[0]

    assert three == one
    assert one[0] <= 14 and one[1] <= 8
