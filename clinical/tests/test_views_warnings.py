"""The way from a note with a dangerous medicine to a signed record: stopped, answered, shown."""

from typing import Any

import pytest
from django.urls import reverse

from clinical.models import MedicalRecord, PrescriptionCheck, PrescriptionItem
from clinical.services.prescribing import unresolved
from clinical.tests.pharmacy import AMOXICILLIN, PARACETAMOL, allergy, passed_over, written
from clinical.tests.test_views_notes import page, rows, typed

TYPED = {
    "medicine": "Amoxicillin",
    "dose_quantity": "1",
    "dose_unit": "capsule",
    "frequency_code": "TID",
    "duration_days": "7",
    "refills": "0",
}


@pytest.fixture
def doctor(sign_in: Any, dr_rao: Any) -> Any:
    return sign_in(dr_rao.user)


def warnings(encounter: Any) -> str:
    return reverse("clinical:prescription-warnings", args=[encounter.public_id])


def answers(encounter: Any, now: Any, **answer: str) -> dict[str, str]:
    """What the page sends, the same answer for each warning."""
    waiting = unresolved(encounter=encounter, now=now)
    return {f"{caution.mark}-{name}": said for caution in waiting for name, said in answer.items()}


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("action", "then"),
    [("save", ""), ("add-medicine", ""), ("sign", "?then=sign"), ("end", "?then=end"), ("nonsense", "")],
)
def test_saving_leads_to_the_warnings_and_loses_nothing(
    doctor: Any, encounter: Any, ana: Any, action: str, then: str
) -> None:
    allergy(ana)

    answer = doctor.post(page("write", encounter), typed(action, **rows("medicines", TYPED)))

    assert (answer.status_code, answer.url) == (302, warnings(encounter) + then)
    assert (MedicalRecord.objects.get().complaint, PrescriptionItem.objects.get().quantity) == (
        "Headache",
        21,
    )


def test_paracetamol_goes_on(doctor: Any, encounter: Any, ana: Any) -> None:
    allergy(ana)
    harmless = TYPED | {"medicine": "Paracetamol"}

    answer = doctor.post(page("write", encounter), typed("sign", **rows("medicines", harmless)))

    assert answer.url == page("sign", encounter)


def test_the_page_names_each_warning_and_offers_the_way_back(
    doctor: Any, encounter: Any, ana: Any, now: Any
) -> None:
    allergy(ana, reaction="Anaphylaxis", criticality="high")
    allergy(ana, "Red tablets")
    written(encounter, now, AMOXICILLIN, PARACETAMOL)

    answer = doctor.get(warnings(encounter))
    text = words(answer)

    assert "Amoxicillin: there is an allergy to Penicillin (Anaphylaxis, Severe; danger high" in text
    assert "1 allergy is written in words that no check knows: Red tablets." in text
    assert [caution.medicine for caution, _form in answer.context["asked"]] == [
        "Amoxicillin, 500 mg, capsule"
    ]
    assert f'href="{page("write", encounter)}#medicines">Change the prescription' in text
    assert text.count("selected") == 1 and 'value="" selected>Choose a reason' in text
    assert 'type="checkbox"' not in text


def test_reasons_are_recorded_and_lead_on_to_signing(doctor: Any, encounter: Any, ana: Any, now: Any) -> None:
    allergy(ana)
    written(encounter, now, AMOXICILLIN)
    sent = answers(encounter, now, code="23", reason="") | {"then": "sign"}

    first, second = doctor.post(warnings(encounter), sent), doctor.post(warnings(encounter), sent)

    assert (
        (first.status_code, first.url) == (302, page("sign", encounter)) == (second.status_code, second.url)
    )
    assert list(PrescriptionCheck.objects.values_list("override_code", flat=True)) == ["23"]


@pytest.mark.parametrize(
    ("answer", "words_expected"),
    [
        ({}, "Choose a reason."),
        ({"code": "8", "reason": " "}, "Write the reason in words."),
        ({"code": "99"}, "99 is not one of the available choices."),
    ],
)
def test_a_missing_reason_is_asked_for(
    doctor: Any, encounter: Any, ana: Any, now: Any, answer: dict[str, str], words_expected: str
) -> None:
    allergy(ana)
    written(encounter, now, AMOXICILLIN)

    told = doctor.post(warnings(encounter), answers(encounter, now, **answer))

    assert told.status_code == 422
    assert "Error: Warnings" in words(told) and words_expected in words(told)
    assert not PrescriptionCheck.objects.exists()


def test_a_warning_that_came_meanwhile_is_not_answered_by_the_old_page(
    doctor: Any, encounter: Any, ana: Any, now: Any
) -> None:
    allergy(ana)
    written(encounter, now, AMOXICILLIN)
    sent = answers(encounter, now, code="23")
    allergy(ana, "Amoxicillin")

    told = doctor.post(warnings(encounter), sent)

    assert told.status_code == 422
    assert not PrescriptionCheck.objects.exists()


def test_without_a_warning_the_page_leads_back(doctor: Any, encounter: Any, now: Any) -> None:
    written(encounter, now, AMOXICILLIN)

    assert doctor.get(warnings(encounter)).url == page("write", encounter) + "#medicines"
    assert (
        doctor.post(warnings(encounter), {"then": "//evil.example"}).url
        == page("write", encounter) + "#medicines"
    )


def test_a_finished_visit_has_no_warnings_page(doctor: Any, record: Any) -> None:
    assert doctor.get(warnings(record.encounter)).status_code == 302


def test_another_doctor_does_not_find_it_and_others_may_not(
    sign_in: Any, dr_lee: Any, nurse: Any, ana: Any, encounter: Any, now: Any
) -> None:
    allergy(ana)
    written(encounter, now, AMOXICILLIN)
    sent = answers(encounter, now, code="23")
    found = []
    for user in (dr_lee.user, nurse, ana.user):
        client = sign_in(user)
        found += [
            client.get(warnings(encounter)).status_code,
            client.post(warnings(encounter), sent).status_code,
        ]

    assert found == [404, 404, 403, 403, 403, 403]
    assert not PrescriptionCheck.objects.exists()


def test_the_page_to_sign_holds_the_button_back_until_all_is_answered(
    doctor: Any, encounter: Any, ana: Any, now: Any
) -> None:
    allergy(ana)
    written(encounter, now, AMOXICILLIN)

    before = words(doctor.get(page("sign", encounter)))
    refused = doctor.post(page("sign", encounter), {"version": 1})
    passed_over(encounter, now, "8", "Tolerated in March")
    after = words(doctor.get(page("sign", encounter)))

    assert "Answer the warnings" in before and "Sign record" not in before
    assert refused.status_code == 422 and "Look at the warnings" in words(refused)
    assert "Warnings passed over" in after and "Tolerated in March" in after and "Sign record" in after


def test_the_record_shows_it_to_those_who_treat_and_never_to_the_patient(
    sign_in: Any, dr_rao: Any, encounter: Any, ana: Any, now: Any
) -> None:
    allergy(ana)
    written(encounter, now, AMOXICILLIN)
    passed_over(encounter, now, "8", "Tolerated in March")
    sign_in(dr_rao.user).post(page("sign", encounter), {"version": 1})
    url = MedicalRecord.objects.get().get_absolute_url()

    staff, patient = words(sign_in(dr_rao.user).get(url)), words(sign_in(ana.user).get(url))

    assert "Tolerated in March" in staff
    assert "Tolerated in March" not in patient and "passed over" not in patient
