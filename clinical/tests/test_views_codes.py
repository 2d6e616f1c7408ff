"""The page that finds a code and puts it into the draft."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinical.loading.icd10 import Edition, load_codes
from clinical.models import Diagnosis, MedicalRecord
from clinical.services.icd10 import MOST_DIAGNOSES
from clinical.tests.codes import load_short_list
from clinical.tests.factories import drafted, started
from clinical.tests.test_views_notes import page, typed

SUGGEST = "/codes/"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.fixture
def doctor(sign_in: Any, dr_rao: Any) -> Any:
    return sign_in(dr_rao.user)


@pytest.fixture
def codes(db: Any) -> None:
    load_short_list()


def finder(encounter: Any) -> str:
    return reverse("clinical:code-search", args=[encounter.public_id])


def searched(client: Any, encounter: Any, words: str) -> Any:
    return client.post(finder(encounter), {"words": words}, follow=True)


def stored() -> list[tuple[str, str, str]]:
    return list(Diagnosis.objects.order_by("pk").values_list("code", "display", "kind"))


def test_the_button_saves_the_draft_and_opens_the_page(doctor: Any, encounter: Any) -> None:
    answer = doctor.post(page("write", encounter), typed("find-code"))

    assert (answer.status_code, answer.url) == (302, finder(encounter))
    assert MedicalRecord.objects.get().complaint == "Headache"


def test_the_button_works_on_an_empty_note(doctor: Any, encounter: Any) -> None:
    answer = doctor.post(page("write", encounter), typed("find-code", complaint=""))

    assert answer.url == finder(encounter)
    assert not MedicalRecord.objects.exists()


def test_a_search_stands_in_no_address_and_shows_headings_that_cannot_be_chosen(
    doctor: Any, codes: None, encounter: Any
) -> None:
    answer = searched(doctor, encounter, "type 2 diabetes")

    text = answer.content.decode()
    assert answer.redirect_chain == [(finder(encounter), 302)]
    assert [row.code for row in answer.context["codes"]] == ["E11.65", "E11.9", "E11", "E11.6"]
    assert 'type="radio" name="code"' in text
    assert all(f'value="{code}">' in text for code in ("E11.65", "E11.9"))
    assert text.count('type="radio"') == 2
    assert "4 matches" in text and "Show the codes below E11.6" in text


def test_a_fresh_page_shows_no_result_and_no_fault(doctor: Any, codes: None, encounter: Any) -> None:
    text = doctor.get(finder(encounter)).content.decode()

    assert "Diagnosis or code" in text
    assert "match" not in text and "No code found" not in text and "There is a problem" not in text


def test_nothing_found_says_what_to_do(doctor: Any, codes: None, encounter: Any) -> None:
    text = searched(doctor, encounter, "unheard of").content.decode()

    assert "No code found" in text and "Try fewer words" in text


def test_without_a_list_the_page_says_so(doctor: Any, encounter: Any) -> None:
    text = searched(doctor, encounter, "diabetes").content.decode()

    assert "No list of codes is here yet" in text


def test_many_results_say_that_there_are_more(doctor: Any, encounter: Any) -> None:
    load_codes(Edition({f"M{number}.0": f"Gout {number}" for number in range(10, 45)}))

    answer = searched(doctor, encounter, "gout")

    assert len(answer.context["codes"]) == 30
    assert "30 matches, and more: add a word" in " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("words", "fault"),
    [("", "Write a word or a code."), ("e", "Write at least two letters"), ("x" * 101, "at most 100")],
)
def test_a_search_for_nothing_is_a_fault(doctor: Any, encounter: Any, words: str, fault: str) -> None:
    answer = doctor.post(finder(encounter), {"words": words})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert fault in text and "<title>Error: Find a code" in text


def test_the_words_of_one_visit_are_not_shown_in_another(
    doctor: Any, codes: None, encounter: Any, dr_rao: Any, ben: Any, now: Any
) -> None:
    other = started(dr_rao, ben, now + timedelta(hours=2))
    searched(doctor, encounter, "diabetes")

    answer = doctor.get(finder(other))

    assert (answer.context["words"], answer.context["codes"]) == ("", [])


def test_the_chosen_code_becomes_the_next_diagnosis(doctor: Any, codes: None, draft: Any) -> None:
    searched(doctor, draft.encounter, "type 2 diabetes")

    answer = doctor.post(finder(draft.encounter), {"version": 1, "code": "E11.9"})

    assert answer.url == page("write", draft.encounter) + "#diagnoses"
    assert stored() == [
        ("I10", "Essential hypertension", "principal"),
        ("E11.9", "Type 2 diabetes mellitus without complications", "secondary"),
    ]
    assert Diagnosis.objects.get(code="E11.9").system == ICD10CM
    draft.refresh_from_db()
    assert (draft.version, draft.complaint) == (2, "Headache")
    assert doctor.get(finder(draft.encounter)).context["words"] == ""


def test_the_first_diagnosis_of_an_empty_note_is_the_principal_one(
    doctor: Any, codes: None, encounter: Any, dr_rao: Any
) -> None:
    doctor.post(finder(encounter), {"version": 0, "code": "I10"})

    assert stored() == [("I10", "Essential (primary) hypertension", "principal")]
    record = MedicalRecord.objects.get()
    assert (record.version, record.author) == (1, dr_rao.user)


def test_a_double_click_adds_once(doctor: Any, codes: None, draft: Any) -> None:
    sent = {"version": 1, "code": "E11.9"}

    answers = [doctor.post(finder(draft.encounter), sent) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert [code for code, _words, _kind in stored()] == ["I10", "E11.9"]
    draft.refresh_from_db()
    assert draft.version == 2


def test_a_draft_that_somebody_saved_meanwhile_is_a_conflict(doctor: Any, codes: None, draft: Any) -> None:
    doctor.post(page("write", draft.encounter), typed(version=1, complaint="Saved elsewhere"))

    answer = doctor.post(finder(draft.encounter), {"version": 1, "code": "E11.9"})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "E11.9 Type 2 diabetes" in text
    assert stored() == []


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"version": 1}, "Choose a code."),
        ({"version": 1, "code": "E11.99"}, "This code is not in the list."),
        ({"version": 1, "code": "I1\x00"}, "Null characters are not allowed."),
        ({"version": 1, "code": "E11"}, "E11 is a heading; choose one below it: E11.9 Type 2"),
        ({"version": "x", "code": "E11.9"}, "There is a problem"),
    ],
)
def test_what_cannot_be_added_says_why(
    doctor: Any, codes: None, draft: Any, sent: dict[str, Any], fault: str
) -> None:
    searched(doctor, draft.encounter, "type 2 diabetes")

    answer = doctor.post(finder(draft.encounter), sent)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert fault in text and "There is a problem" in text and "E11.65" in text
    assert [code for code, _words, _kind in stored()] == ["I10"]


def test_a_full_note_takes_no_more(doctor: Any, codes: None, encounter: Any, now: Any) -> None:
    draft = drafted(encounter, now, diagnoses=[{"display": f"No. {n}"} for n in range(MOST_DIAGNOSES)])

    answer = doctor.post(finder(encounter), {"version": draft.version, "code": "I10"})

    assert answer.status_code == 422
    assert "The note holds 15 diagnoses. Remove one first." in answer.content.decode()
    assert Diagnosis.objects.count() == MOST_DIAGNOSES


def test_a_signed_visit_takes_no_code(doctor: Any, codes: None, record: Any) -> None:
    asked = doctor.get(finder(record.encounter))
    answer = doctor.post(finder(record.encounter), {"version": record.version, "code": "E11.9"})

    assert asked.url == record.get_absolute_url()
    assert answer.status_code in (404, 422)
    assert [code for code, _words, _kind in stored()] == ["I10"]


def test_another_doctors_visit_is_not_found(sign_in: Any, codes: None, dr_lee: Any, draft: Any) -> None:
    client = sign_in(dr_lee.user)

    answers = [client.get(finder(draft.encounter))]
    answers += [client.post(finder(draft.encounter), sent) for sent in ({"words": "gout"}, {"code": "I10"})]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert [code for code, _words, _kind in stored()] == ["I10"]


@pytest.mark.parametrize("who", ["nurse", "reception", "admin", "ana_user"])
def test_others_may_neither_search_nor_be_offered_codes(
    sign_in: Any, codes: None, draft: Any, who: str, request: Any
) -> None:
    client = sign_in(request.getfixturevalue(who))

    answers = [client.get(finder(draft.encounter)), client.post(SUGGEST, {"words": "diabetes"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not any("E11.9" in answer.content.decode() for answer in answers)


def test_the_page_asks_as_often_for_one_result_as_for_three(doctor: Any, codes: None, encounter: Any) -> None:
    asked = []
    for words in ("femur", "E11"):
        answer = searched(doctor, encounter, words)
        with CaptureQueriesContext(connection) as queries:
            doctor.get(finder(encounter))
        asked.append((len(answer.context["codes"]), len(queries)))

    assert [results for results, _queries in asked] == [1, 4]
    assert asked[0][1] == asked[1][1] <= 12
