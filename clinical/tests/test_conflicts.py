"""Two editors of one note: the second sees both texts, loses neither, and says how to go on."""

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.services.typing import author_mark
from clinical.models import Diagnosis, MedicalRecord, NoteDraft, PrescriptionItem
from clinical.tests.test_views_notes import MEDICINE, page, rows, typed

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


@pytest.fixture
def doctor(sign_in: Any, dr_rao: Any) -> Any:
    return sign_in(dr_rao.user)


@pytest.fixture
def second(doctor: Any, dr_rao: Any, draft: Any) -> dict[str, Any]:
    """The note as another window has it open, from before the draft, with a row of its own."""
    path = page("write", draft.encounter)
    marks = {"typed_by": author_mark(dr_rao.user, path), "window": uuid4()}
    return typed(version=0, complaint="Typed second", **rows("medicines", MEDICINE)) | marks


def offered(answer: Any) -> list[dict[str, str]]:
    """The hidden fields of each form of the page's main part."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    forms = re.findall(r"<form.*?</form>", main, re.DOTALL)
    return [{name: html.unescape(value) for name, value in HIDDEN.findall(form)} for form in forms]


def test_the_page_names_who_saved_and_when(doctor: Any, second: Any, draft: Any, dr_rao: Any) -> None:
    event = AuditEvent.objects.filter(target_table="clinical_medicalrecord").latest("pk")

    answer = doctor.post(page("write", draft.encounter), second)

    text = answer.content.decode()
    assert (answer.status_code, event.actor) == (409, dr_rao.user)
    assert re.search(r"<h3>Saved by Asha Rao at [\w:]+ on \d+ \w+</h3>Headache", text)
    assert "Yours" in text and "Typed second" in text
    assert [
        button for button in ("Save mine over it", "Go on writing from mine", "Keep theirs") if button in text
    ]


def test_my_text_saved_over_theirs_is_all_that_i_typed(doctor: Any, second: Any, draft: Any) -> None:
    path = page("write", draft.encounter)
    again = offered(doctor.post(path, second))[0]

    answer = doctor.post(path, again | {"action": "save"})

    assert answer.status_code == 302
    assert MedicalRecord.objects.get().complaint == "Typed second"
    assert list(PrescriptionItem.objects.values_list("medicine", flat=True)) == ["Ramipril"]
    assert not (Diagnosis.objects.exists() or NoteDraft.objects.exists())


def test_going_on_from_mine_saves_nothing_yet_and_meets_no_second_conflict(
    doctor: Any, second: Any, draft: Any
) -> None:
    path = page("write", draft.encounter)
    again = offered(doctor.post(path, second))[0]

    answer = doctor.post(path, again | {"action": "go-on"}, follow=True)

    assert (answer.redirect_chain, MedicalRecord.objects.get().complaint) == ([(path, 302)], "Headache")
    assert "Typed second</textarea>" in answer.content.decode()
    assert answer.context["note"].sections["version"].value() == "1"
    assert NoteDraft.objects.count() == 1


def test_keeping_theirs_throws_mine_away(doctor: Any, second: Any, draft: Any) -> None:
    path = page("write", draft.encounter)
    theirs = offered(doctor.post(path, second))[1]

    answer = doctor.post(reverse("clinical:typing-discard"), theirs, follow=True)

    assert answer.redirect_chain == [(path, 302)]
    assert "Typed second" not in answer.content.decode() and "Headache" in answer.content.decode()
    assert not NoteDraft.objects.exists()


def test_leaving_the_conflict_page_loses_nothing(doctor: Any, second: Any, draft: Any) -> None:
    path = page("write", draft.encounter)
    doctor.post(path, second)

    text = doctor.get(path).content.decode()

    assert "Typed second</textarea>" in text
    assert "Saved by Asha Rao" in text and "The note was changed while this was typed." in text


def test_a_third_save_in_between_is_a_conflict_again(doctor: Any, second: Any, draft: Any) -> None:
    path = page("write", draft.encounter)
    again = offered(doctor.post(path, second))[0]
    doctor.post(path, typed(version=1, complaint="Third"))

    answer = doctor.post(path, again | {"action": "save"})

    assert answer.status_code == 409
    assert MedicalRecord.objects.get().complaint == "Third"


def test_the_same_form_twice_is_one_save_and_no_conflict(doctor: Any, encounter: Any) -> None:
    diagnosis = {"display": "Gout", "code": "M10", "kind": "principal", "verification": "confirmed"}
    sent = typed(complaint="Line\r\nline", **rows("diagnoses", diagnosis), **rows("medicines", MEDICINE))

    answers = [doctor.post(page("write", encounter), sent) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert MedicalRecord.objects.get().version == 1
    assert (Diagnosis.objects.count(), PrescriptionItem.objects.count()) == (1, 1)


def test_a_review_of_an_older_draft_says_why_it_is_not_signed(doctor: Any, draft: Any) -> None:
    answer = doctor.post(page("sign", draft.encounter), {"version": 9})

    assert answer.status_code == 409
    assert "Read it again before you sign." in answer.content.decode()
    assert "Save mine over it" not in answer.content.decode()
