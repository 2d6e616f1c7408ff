"""Charts and the way to them: who reads what, what is noted, and at which cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Patient
from accounts.tests.pages import queries
from clinical.models import Allergy
from clinical.models.allergy import NONE_KNOWN, SNOMED
from clinical.tests import rows
from clinical.tests.factories import ConditionFactory, EncounterFactory, history, signed, started

PATIENTS = reverse("clinical:patient-list")


def chart(patient: Any) -> str:
    return reverse("clinical:chart", args=[patient.public_id])


def test_the_chart_shows_what_matters(sign_in: Any, dr_rao: Any, record: Any) -> None:
    ConditionFactory(patient=record.patient, encounter=record.encounter, display="Gout")

    answer = sign_in(dr_rao.user).get(chart(record.patient))

    text = answer.content.decode()
    assert all(part in text for part in ["SILVA Ana", "17-May-1980 (46y)", "Gout", "Ramipril 5 mg"])
    assert [list(visit.notes) for visit in answer.context["visits"]] == [[record]]


def test_a_chart_of_nobody_in_care_is_not_found(sign_in: Any, dr_lee: Any, record: Any) -> None:
    assert sign_in(dr_lee.user).get(chart(record.patient)).status_code == 404


@pytest.mark.parametrize("who", ["reception", "privacy", "admin", "ana_user"])
def test_others_have_no_charts(sign_in: Any, record: Any, who: str, request: Any) -> None:
    client = sign_in(request.getfixturevalue(who))

    assert [client.get(url).status_code for url in (chart(record.patient), PATIENTS)] == [403, 403]


def test_reading_a_chart_is_noted_once(sign_in: Any, dr_rao: Any, record: Any) -> None:
    client = sign_in(dr_rao.user)
    before = AuditEvent.objects.count()

    client.get(chart(record.patient))

    event = AuditEvent.objects.order_by("-pk").first()
    assert AuditEvent.objects.count() == before + 1
    assert (event.action, event.actor, event.patient) == ("read", dr_rao.user, record.patient)


def test_the_chart_costs_the_same_with_1_and_30_visits(sign_in: Any, dr_rao: Any, ana: Any, now: Any) -> None:
    signed(dr_rao, ana, now - timedelta(days=90))
    ConditionFactory(patient=ana)
    client = sign_in(dr_rao.user)
    one = queries(client, chart(ana))[0]

    history(dr_rao, ana, now, 3)
    for number in range(30):
        EncounterFactory(patient=ana, doctor=dr_rao, started_at=now - timedelta(days=100 + number))
        ConditionFactory(patient=ana)

    assert queries(client, chart(ana))[0] == one <= 15


def test_the_chart_pages_its_visits(sign_in: Any, dr_rao: Any, record: Any, now: Any) -> None:
    for number in range(25):
        EncounterFactory(patient=record.patient, doctor=dr_rao, started_at=now - timedelta(days=number + 1))
    client, url = sign_in(dr_rao.user), reverse("clinical:chart-visits", args=[record.patient.public_id])

    pages = [len(client.get(url, {"page": number}).context["page_obj"]) for number in (1, 2)]
    beyond = client.get(url, {"page": 9})

    assert pages == [20, 6]
    assert beyond.url == url


def test_the_patient_list_holds_those_in_care(
    sign_in: Any, dr_rao: Any, dr_lee: Any, record: Any, ben: Any, now: Any
) -> None:
    started(dr_lee, ben, now)

    answer = sign_in(dr_rao.user).get(PATIENTS)

    assert list(answer.context["patients"]) == [record.patient]


def test_the_search_keeps_its_words_out_of_the_address(
    sign_in: Any, dr_rao: Any, ana: Any, ben: Any, now: Any
) -> None:
    for number, patient in enumerate((ana, ben)):
        started(dr_rao, patient, now + timedelta(hours=number))
    client = sign_in(dr_rao.user)

    answer = client.post(PATIENTS, {"words": "silva"})
    found = client.get(answer.url).context["patients"]
    client.post(PATIENTS, {"words": ""})

    assert (answer.url, list(found)) == (PATIENTS, [ana])
    assert set(client.get(PATIENTS).context["patients"]) == {ana, ben}


def test_the_record_number_finds_a_patient_however_it_is_typed(
    sign_in: Any, dr_rao: Any, record: Any
) -> None:
    client = sign_in(dr_rao.user)

    client.post(PATIENTS, {"words": record.patient.grouped_mrn})

    assert list(client.get(PATIENTS).context["patients"]) == [record.patient]


def test_a_search_of_5000_letters_is_refused_in_words(sign_in: Any, dr_rao: Any) -> None:
    answer = sign_in(dr_rao.user).post(PATIENTS, {"words": "x" * 5000})

    assert answer.status_code == 422
    assert "at most 100 characters" in answer.content.decode()


def test_a_page_of_patients_beyond_the_end_is_the_first(sign_in: Any, dr_rao: Any, record: Any) -> None:
    answer = sign_in(dr_rao.user).get(PATIENTS, {"page": 7})

    assert answer.url == PATIENTS


def test_what_waits_stands_on_top_of_the_chart(sign_in: Any, dr_rao: Any, encounter: Any) -> None:
    rows.LabResultFactory(patient=encounter.patient, flag="HH", reviewed_at=None)

    answer = sign_in(dr_rao.user).get(chart(encounter.patient))

    assert [point.words for point in answer.context["attention"]] == [
        "1 result to review, 1 not normal",
        "Your note of 11 January 2027 is not signed yet",
    ]


def test_the_banner_tells_the_allergies_or_that_nobody_asked(
    sign_in: Any, dr_rao: Any, encounter: Any
) -> None:
    client, url = sign_in(dr_rao.user), chart(encounter.patient)
    banners = [str(client.get(url).context["allergy_state"])]

    said = rows.AllergyFactory(
        patient=encounter.patient, code=NONE_KNOWN, system=SNOMED, display="None known"
    )
    banners.append(str(client.get(url).context["allergy_state"]))
    Allergy.objects.filter(pk=said.pk).update(clinical_status="inactive")
    banners.append(str(client.get(url).context["allergy_state"]))
    rows.AllergyFactory(patient=encounter.patient, display="Penicillin")
    banners.append(str(client.get(url).context["allergy_state"]))

    assert banners == [
        "Allergies: not asked",
        f"No known allergies (confirmed 11 January 2027, {said.recorded_by})",
        "No allergies recorded",
        "Allergic to Penicillin",
    ]


def test_the_chart_of_a_merged_file_is_that_of_the_kept_one(
    sign_in: Any, dr_rao: Any, dr_lee: Any, encounter: Any, ben: Any, now: Any
) -> None:
    Patient.objects.filter(pk=ben.pk).update(merged_into=encounter.patient, archived_at=now)

    answer = sign_in(dr_rao.user).get(chart(ben))

    assert answer.url == chart(encounter.patient)
    assert sign_in(dr_lee.user).get(chart(ben)).status_code == 404
