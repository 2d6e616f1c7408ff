"""Codes typed into a note: judged when it is saved, and offered while they are typed."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinical.models import Diagnosis, MedicalRecord
from clinical.tests.codes import load_short_list
from clinical.tests.factories import drafted
from clinical.tests.test_views_notes import page, rows, typed

SUGGEST = "/codes/"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"


@pytest.fixture
def doctor(sign_in: Any, dr_rao: Any) -> Any:
    return sign_in(dr_rao.user)


@pytest.fixture
def codes(db: Any) -> None:
    load_short_list()


def row(**values: str) -> dict[str, str]:
    return {"display": "", "code": "", "kind": "principal", "verification": "confirmed"} | values


def save(client: Any, encounter: Any, *diagnoses: dict[str, str], version: int = 0, initial: int = 0) -> Any:
    sent = typed(version=version, **rows("diagnoses", *diagnoses, initial=initial))
    return client.post(page("write", encounter), sent)


def stored() -> list[tuple[str, str, str]]:
    return list(Diagnosis.objects.order_by("pk").values_list("system", "code", "display"))


def faults(answer: Any) -> list[dict[str, list[str]]]:
    return [dict(errors) for errors in answer.context["note"].diagnoses.errors if errors]


@pytest.mark.parametrize("written", ["e119", " E11.9 ", "E11.9"])
def test_a_known_code_without_words_takes_those_of_the_list(
    doctor: Any, codes: None, encounter: Any, written: str
) -> None:
    answer = save(doctor, encounter, row(code=written))

    assert answer.status_code == 302
    assert stored() == [(ICD10CM, "E11.9", "Type 2 diabetes mellitus without complications")]


def test_own_words_beside_a_code_stay(doctor: Any, codes: None, encounter: Any) -> None:
    save(doctor, encounter, row(code="I10", display="High blood pressure"))

    assert stored() == [(ICD10CM, "I10", "High blood pressure")]


def test_words_alone_are_enough(doctor: Any, codes: None, encounter: Any) -> None:
    save(doctor, encounter, row(display="Feels unwell"))

    assert stored() == [("", "", "Feels unwell")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "E11.99",
            "E11.99 is not in the list. The nearest: E11.9 Type 2 diabetes mellitus without complications;",
        ),
        ("Z99.9", "Z99.9 is not in the list. Find a code by words, or leave this box empty."),
        ("E11", "E11 is a heading; choose one below it: E11.9 Type 2"),
        ("gout", "Write a code like E11.9: a letter, two more characters, a dot and what follows it."),
    ],
)
def test_a_code_that_may_not_be_given_says_why_and_what_to_take(
    doctor: Any, codes: None, encounter: Any, code: str, words: str
) -> None:
    answer = save(doctor, encounter, row(code=code, display="Diabetes"))

    (fault,) = faults(answer)
    assert answer.status_code == 422
    assert list(fault) == ["code"] and fault["code"][0].startswith(words)
    assert words in answer.content.decode()
    assert not MedicalRecord.objects.exists()


def test_a_heading_names_what_is_below_it(doctor: Any, codes: None, encounter: Any) -> None:
    answer = save(doctor, encounter, row(code="E11.6"))

    assert faults(answer) == [
        {
            "code": [
                "E11.6 is a heading; choose one below it: E11.65 Type 2 diabetes mellitus with hyperglycemia."
            ]
        }
    ]


@pytest.mark.parametrize("code", ["E11.99", "E11", "M10"])
def test_where_no_list_is_loaded_every_code_of_the_right_shape_passes(
    doctor: Any, encounter: Any, code: str
) -> None:
    save(doctor, encounter, row(code=code, display="Something"))

    assert stored() == [(ICD10CM, code, "Something")]


def test_where_no_list_is_loaded_a_code_needs_words(doctor: Any, encounter: Any) -> None:
    answer = save(doctor, encounter, row(code="E11.9"))

    assert faults(answer) == [{"display": ["Write the diagnosis in words."]}]


def test_where_no_list_is_loaded_the_shape_counts(doctor: Any, encounter: Any) -> None:
    answer = save(doctor, encounter, row(code="eleven", display="Diabetes"))

    assert [list(fault) for fault in faults(answer)] == [["code"]]


def test_an_old_code_that_the_list_does_not_know_can_be_saved_again(
    doctor: Any, codes: None, encounter: Any, now: Any
) -> None:
    old = {"display": "An old one", "code": "250.0"}
    draft = drafted(encounter, now, diagnoses=[old], items=[])

    answer = save(doctor, encounter, row(**old), version=draft.version, initial=1)

    assert answer.status_code == 302
    assert stored() == [(ICD10CM, "250.0", "An old one")]


def test_an_old_code_without_its_words_asks_for_them(
    doctor: Any, codes: None, encounter: Any, now: Any
) -> None:
    draft = drafted(encounter, now, diagnoses=[{"display": "An old one", "code": "250.0"}], items=[])

    answer = save(doctor, encounter, row(code="250.0"), version=draft.version, initial=1)

    assert faults(answer) == [{"display": ["Write the diagnosis in words."]}]


def test_a_code_of_another_system_keeps_its_system(
    doctor: Any, codes: None, encounter: Any, now: Any
) -> None:
    other = {"display": "Diabetes", "code": "73211009"}
    draft = drafted(encounter, now, diagnoses=[other | {"system": SNOMED}], items=[])

    save(doctor, encounter, row(**other), row(code="I10"), version=draft.version, initial=1)

    assert [(system, code) for system, code, _words in stored()] == [(SNOMED, "73211009"), (ICD10CM, "I10")]


def test_a_removed_row_is_not_judged(doctor: Any, codes: None, encounter: Any, now: Any) -> None:
    draft = drafted(encounter, now, items=[])

    save(doctor, encounter, row(code="gout", DELETE="on"), version=draft.version, initial=1)

    assert stored() == []


def test_a_save_looks_codes_up_as_often_for_one_as_for_three(
    doctor: Any, codes: None, encounter: Any
) -> None:
    asked = []
    for number, names in enumerate((["I10"], ["I10", "E11.9", "D64.9"])):
        with CaptureQueriesContext(connection) as queries:
            save(doctor, encounter, *(row(code=name) for name in names), version=number, initial=0)
        asked.append(sum("clinical_icd10code" in query["sql"] for query in queries))

    assert asked == [1, 1]
    assert len(stored()) == 3


def test_what_may_be_given_is_offered_while_typing(
    doctor: Any, codes: None, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(4):
        answer = doctor.post(SUGGEST, {"words": "diabetes 2"})

    assert answer.json() == {
        "codes": [
            {"code": "E11.65", "display": "Type 2 diabetes mellitus with hyperglycemia"},
            {"code": "E11.9", "display": "Type 2 diabetes mellitus without complications"},
        ]
    }
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("words", ["", "e", "x" * 101, "\x00\x00", "nothing like it"])
def test_nothing_is_offered_for_nothing(doctor: Any, codes: None, words: str) -> None:
    assert doctor.post(SUGGEST, {"words": words}).json() == {"codes": []}


def test_no_words_stand_in_an_address(doctor: Any, codes: None) -> None:
    assert doctor.get(SUGGEST, {"words": "diabetes"}).status_code == 405
