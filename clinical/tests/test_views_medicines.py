"""The chart's medicines, what becomes of them, and the patient's own list."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, PatientAccess
from accounts.tests.pages import queries
from clinical.models import MedicalRecord, PrescriptionItem
from clinical.services.medication import stop
from clinical.services.records import sign
from clinical.tests.factories import drafted, history, signed, started
from clinical.tests.pharmacy import AMOXICILLIN, PARACETAMOL
from clinical.tests.test_views_notes import page

OWN = reverse("clinical:own-medicines")
STEPS = ["stop", "hold", "resume", "complete", "renew"]


def chart(patient: Any) -> str:
    return reverse("clinical:chart-medicines", args=[patient.public_id])


def step(name: str, item: Any, number: int = 1) -> str:
    return reverse(f"clinical:medicine-{name}", args=[item.prescription.public_id, number])


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def doctor(sign_in: Any, dr_rao: Any) -> Any:
    return sign_in(dr_rao.user)


@pytest.fixture
def item(dr_rao: Any, ana: Any, now: Any) -> PrescriptionItem:
    """The second of two medicines of a signed prescription."""
    signed(dr_rao, ana, now - timedelta(days=3), items=[PARACETAMOL, AMOXICILLIN])
    return PrescriptionItem.objects.get(medicine="Amoxicillin")


def test_the_chart_lists_active_on_hold_then_ended_with_reason_and_day(
    doctor: Any, dr_rao: Any, ana: Any, item: Any, now: Any
) -> None:
    signed(dr_rao, ana, now - timedelta(days=1))
    PrescriptionItem.objects.filter(medicine="Paracetamol").update(
        status="on-hold", status_reason="Operation"
    )
    stop(item=item, code="sintol", reason="Rash", actor=dr_rao.user, now=now)

    answer = doctor.get(chart(ana))
    text = words(answer)

    shown = [(row.medicine, row.rank) for row in answer.context["page_obj"]]
    assert shown == [("Ramipril 5 mg", 0), ("Paracetamol", 1), ("Amoxicillin", 2)]
    assert "<strong>Stopped</strong> 11 January 2027: Side effect, Rash" in text
    assert "<strong>On hold</strong>: Operation" in text
    assert "1 capsule, by mouth, three times a day, for 7 days" in text


def test_a_course_that_ran_out_is_pointed_out(doctor: Any, dr_rao: Any, ana: Any, now: Any) -> None:
    signed(dr_rao, ana, now - timedelta(days=10), items=[AMOXICILLIN])

    assert "The course ran until 7 January 2027." in words(doctor.get(chart(ana)))


def test_nothing_prescribed_is_said(doctor: Any, dr_rao: Any, ana: Any, now: Any) -> None:
    drafted(started(dr_rao, ana, now), now)

    text = words(doctor.get(chart(ana)))

    assert "None recorded" in text and "Ramipril" not in text


def test_the_list_costs_the_same_with_1_and_3_and_reading_is_noted(
    doctor: Any, dr_rao: Any, ana: Any, now: Any
) -> None:
    signed(dr_rao, ana, now)
    one, _answer = queries(doctor, chart(ana))
    history(dr_rao, ana, now, 2)

    three, answer = queries(doctor, chart(ana))

    assert (three, len(answer.context["page_obj"])) == (one, 3)
    assert (
        AuditEvent.objects.filter(action="read", patient=ana, reason="clinical:chart-medicines").count() == 4
    )


def test_the_list_has_twenty_rows_a_page(doctor: Any, dr_rao: Any, ana: Any, now: Any) -> None:
    names = [PARACETAMOL | {"medicine": f"Remedy {letter * 3}"} for letter in "abcdefghijklmnopqrstu"]
    signed(dr_rao, ana, now, items=names)

    pages = [len(doctor.get(chart(ana), {"page": number}).context["page_obj"]) for number in (1, 2)]

    assert pages == [20, 1]


def test_a_nurse_reads_and_gets_no_buttons(
    sign_in: Any, nurse: Any, dr_rao: Any, ana: Any, item: Any, now: Any
) -> None:
    started(dr_rao, ana, now)
    client = sign_in(nurse)

    text = words(client.get(chart(ana)))

    assert "Amoxicillin" in text and "Put on hold" not in text
    assert {client.post(step(name, item, 2)).status_code for name in STEPS} == {403}


def test_stop_asks_for_a_reason_and_shows_what_it_stops(doctor: Any, item: Any) -> None:
    asked = words(doctor.get(step("stop", item, 2)))
    told = doctor.post(step("stop", item, 2), {"code": "other", "reason": ""})

    assert (
        "Stop this medicine?" in asked
        and "Amoxicillin, 500 mg, capsule" in asked
        and "Paracetamol" not in asked
    )
    assert told.status_code == 422 and "Write the reason in words." in words(told)
    item.refresh_from_db()
    assert item.status == "active"


@pytest.mark.parametrize(
    ("name", "before", "sent", "after"),
    [
        ("stop", "active", {"code": "salg"}, ("stopped", "salg", "")),
        ("hold", "active", {"reason": "Operation"}, ("on-hold", "", "Operation")),
        ("resume", "on-hold", {}, ("active", "", "")),
        ("complete", "active", {}, ("completed", "", "")),
    ],
)
def test_each_step_changes_the_one_medicine_and_leads_back(
    doctor: Any,
    ana: Any,
    item: Any,
    name: str,
    before: str,
    sent: dict[str, str],
    after: tuple[str, str, str],
) -> None:
    PrescriptionItem.objects.filter(pk=item.pk).update(status=before)

    answers = [doctor.post(step(name, item, 2), sent) for _time in range(2)]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, chart(ana))] * 2
    item.refresh_from_db()
    assert (item.status, item.status_code, item.status_reason) == after
    assert PrescriptionItem.objects.exclude(pk=item.pk).get().status == "active"


def test_what_is_over_cannot_be_held_and_the_page_says_so(doctor: Any, item: Any) -> None:
    PrescriptionItem.objects.update(status="completed")

    answer = doctor.post(step("hold", item, 2), {"reason": "Operation"})

    assert answer.status_code == 422
    assert "This medicine is completed already. Nothing was changed." in words(answer)


@pytest.mark.parametrize("name", STEPS)
def test_a_stranger_and_a_place_that_is_none_are_not_found(
    sign_in: Any, doctor: Any, dr_lee: Any, item: Any, name: str
) -> None:
    beyond = [doctor.get(step(name, item, number)).status_code for number in (0, 3, 10**30)]
    nowhere = doctor.get(reverse(f"clinical:medicine-{name}", args=[uuid4(), 1])).status_code
    client = sign_in(dr_lee.user)

    found = [client.get(step(name, item)).status_code, client.post(step(name, item)).status_code]

    assert beyond + [nowhere] + found == [404] * 6


def test_renewing_leads_to_the_note_or_to_the_warnings_first(
    doctor: Any, dr_rao: Any, ana: Any, item: Any, now: Any
) -> None:
    visit = started(dr_rao, ana, now)
    first = doctor.post(step("renew", item, 2))
    PrescriptionItem.objects.filter(pk=item.pk).update(status="completed")

    second = doctor.post(step("renew", item, 2))

    assert first.url == reverse("clinical:prescription-warnings", args=[visit.public_id])
    assert second.url == page("write", visit) + "#medicines"
    assert PrescriptionItem.objects.filter(prescription__encounter=visit).count() == 1


def test_without_a_visit_the_page_says_how_to_begin_one(doctor: Any, ana: Any, item: Any) -> None:
    asked = words(doctor.get(step("renew", item, 2)))
    told = doctor.post(step("renew", item, 2))

    way = reverse("clinical:encounter-open", args=[ana.public_id])
    assert f'href="{way}"' in asked and "Renew medicine" not in asked
    assert told.status_code == 422 and "You have no open visit with this patient." in words(told)


def test_the_own_list_shows_what_is_taken_then_what_ended(
    sign_in: Any, dr_rao: Any, ana: Any, item: Any, now: Any
) -> None:
    stop(item=item, code="sintol", reason="", actor=dr_rao.user, now=now)

    answer = sign_in(ana.user).get(OWN)
    text = words(answer)

    (one,) = answer.context["shown"]
    assert [[row.medicine for row in one[part]] for part in ("current", "ended")] == [
        ["Paracetamol"],
        ["Amoxicillin"],
    ]
    assert "<strong>Stopped</strong> 11 January 2027: Side effect" in text and "Dr Asha Rao" in text
    assert reverse("clinical:prescription-detail", args=[item.prescription.public_id]) in text


def test_the_own_list_hides_drafts_mistakes_what_is_held_back_and_others(
    sign_in: Any, dr_rao: Any, dr_lee: Any, ana: Any, ben: Any, item: Any, now: Any
) -> None:
    PrescriptionItem.objects.filter(pk=item.pk).update(status="entered-in-error")
    signed(dr_lee, ben, now, items=[PARACETAMOL | {"medicine": "Secret"}])
    held = drafted(
        started(dr_lee, ana, now + timedelta(hours=2)), now, items=[PARACETAMOL | {"medicine": "Held"}]
    )
    sign(record=held, version=1, actor=dr_lee.user, now=now, held_back=True)
    drafted(started(dr_rao, ana, now + timedelta(hours=4)), now, items=[PARACETAMOL | {"medicine": "Draft"}])

    text = words(sign_in(ana.user).get(OWN))

    assert "Paracetamol" in text
    assert [name for name in ("Amoxicillin", "Secret", "Held", "Draft") if name in text] == []


def test_the_own_list_costs_the_same_with_1_and_3(sign_in: Any, dr_rao: Any, ana: Any, now: Any) -> None:
    signed(dr_rao, ana, now)
    client = sign_in(ana.user)
    one, _answer = queries(client, OWN)
    history(dr_rao, ana, now, 2)

    three, answer = queries(client, OWN)

    assert (three, len(answer.context["shown"][0]["current"])) == (one, 3)


def test_a_proxy_sees_the_list_of_whom_they_act_for(
    sign_in: Any, ana: Any, ben: Any, item: Any, now: Any
) -> None:
    PatientAccess.objects.create(
        patient=ana, user=ben.user, kind="proxy", scopes=["records"], starts_at=now - timedelta(days=1)
    )

    shown = sign_in(ben.user).get(OWN).context["shown"]

    assert {one["patient"]: len(one["current"]) for one in shown} == {ana: 2, ben: 0}


def test_the_draft_record_counts_up_so_that_an_open_form_meets_both_texts(
    doctor: Any, dr_rao: Any, ana: Any, item: Any, now: Any
) -> None:
    visit = started(dr_rao, ana, now)
    drafted(visit, now)

    doctor.post(step("renew", item, 2))

    assert MedicalRecord.objects.get(encounter=visit).version == 2
