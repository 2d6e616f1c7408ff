"""Records and prescriptions on paper: the same words as on the page, for the same readers."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from clinical.models import MedicalRecord, Prescription
from clinical.services.corrections import (
    begin_correction,
    mark_record_in_error,
    save_correction,
    sign_correction,
)
from clinical.services.records import add_addendum, sign
from clinical.tests.factories import ITEM, drafted, signed
from clinical.tests.sheets import facts_of, languages_of, need_paper, prescribed, structure_of, words_of
from clinical.views import prints

TWO = [ITEM, ITEM | {"medicine": "Amoxicillin"}]


def pdf_of(row: Any) -> str:
    kind = "record" if isinstance(row, MedicalRecord) else "prescription"
    return reverse(f"clinical:{kind}-pdf", args=[row.public_id])


def page_of(prescription: Prescription) -> str:
    return reverse("clinical:prescription-detail", args=[prescription.public_id])


def printed(client: Any, row: Any) -> bytes:
    need_paper()
    answer = client.get(pdf_of(row))
    assert answer.status_code == 200
    return answer.content


def words_on(client: Any, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


@pytest.fixture
def prescription(dr_rao: Any, ana: Any, now: Any) -> Prescription:
    return prescribed(dr_rao, ana, now)


def test_the_record_is_a_tagged_document_with_title_and_language(sign_in: Any, ana: Any, record: Any) -> None:
    pdf = printed(sign_in(ana.user), record)

    facts = facts_of(pdf)
    assert facts["Tagged"] == "yes"
    assert (facts["Title"], facts["Author"]) == (
        "Record of a visit - Riverside Hospital",
        "Riverside Hospital",
    )
    assert languages_of(pdf) == {"en"}
    assert {tag for parent, tag in structure_of(pdf) if parent == "LI"} <= {"Lbl", "LBody"}


def test_every_signed_paragraph_and_addendum_is_printed(
    sign_in: Any, dr_rao: Any, ana: Any, now: Any
) -> None:
    sections = {name: f"First of {name}.\n\nSecond of {name}." for name in MedicalRecord.SECTIONS}
    record = signed(dr_rao, ana, now, sections=sections)
    add_addendum(record=record, text="Left, not right.", reason="Slip", actor=dr_rao.user, now=now)

    text = words_of(printed(sign_in(ana.user), record))

    paragraphs = [part for words in sections.values() for part in words.split("\n\n")]
    assert [part for part in paragraphs if part not in text] == []
    shown = [
        "Ana Silva",
        ana.grouped_mrn,
        "17 May 1980",
        "Essential hypertension",
        "Ramipril 5 mg",
        "Signed by",
    ]
    assert [part for part in shown if part not in text] == []
    assert text.index("Second of notes.") < text.index("Slip") < text.index("Left, not right.")
    assert f"by {ana.user.get_full_name()} Page 1 of" in text


def test_other_scripts_are_printed(sign_in: Any, dr_rao: Any, ana: Any, now: Any) -> None:
    words = {"complaint": "مرحبا", "plan": "नमस्ते"}
    record = signed(dr_rao, ana, now, sections=words)

    text = words_of(printed(sign_in(ana.user), record))

    assert [word for word in words.values() if word not in text] == []


def test_a_long_note_is_printed_whole_with_the_patient_on_each_sheet(
    sign_in: Any, dr_rao: Any, ana: Any, now: Any
) -> None:
    record = signed(dr_rao, ana, now, sections={"history": " ".join(f"w{n}" for n in range(5000))})

    pdf = printed(sign_in(dr_rao.user), record)

    text, sheets = words_of(pdf), int(facts_of(pdf)["Pages"])
    assert {f"w{n}" for n in range(5000)} <= set(text.split())
    assert sheets > 3
    assert text.count(f"Ana Silva, MRN {ana.grouped_mrn}, born 17 May 1980") == sheets
    assert text.count(f"of {sheets}") == text.count("Printed 11 January 2027, 8am, by Asha Rao") == sheets


def test_markup_in_a_note_is_text(sign_in: Any, dr_rao: Any, ana: Any, now: Any) -> None:
    typed = '<img src="file:///etc/passwd"> <link rel="attachment" href="file:///etc/passwd">'
    record = signed(dr_rao, ana, now, sections={"plan": typed})

    assert typed in words_of(printed(sign_in(ana.user), record))


def test_the_file_is_not_kept_by_caches_and_names_nobody(sign_in: Any, ana: Any, record: Any) -> None:
    need_paper()

    answer = sign_in(ana.user).get(pdf_of(record))

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="record-2027-01-11.pdf"'
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_print_is_noted(sign_in: Any, ana: Any, record: Any, prescription: Any) -> None:
    client = sign_in(ana.user)

    for row in (record, prescription):
        printed(client, row)

    noted = AuditEvent.objects.filter(action="print", actor=ana.user, patient=ana).order_by("pk")
    assert [event.target_table for event in noted] == ["clinical_medicalrecord", "clinical_prescription"]


def test_a_stranger_prints_nothing(sign_in: Any, ben: Any, record: Any, prescription: Any) -> None:
    client = sign_in(ben.user)
    urls = [pdf_of(record), pdf_of(prescription), page_of(prescription)]

    answers = [client.get(url) for url in urls]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert not any(b"Ana" in answer.content or b"Ramipril" in answer.content for answer in answers)
    assert not AuditEvent.objects.filter(action__in=["print", "read"]).exists()


@pytest.mark.parametrize("who", ["reception", "privacy", "admin"])
def test_staff_without_care_print_nothing(
    sign_in: Any, record: Any, prescription: Any, who: str, request: Any
) -> None:
    client = sign_in(request.getfixturevalue(who))
    urls = [pdf_of(record), pdf_of(prescription), page_of(prescription)]

    assert [client.get(url).status_code for url in urls] == [403, 403, 403]


def test_the_patient_finds_no_draft(sign_in: Any, ana: Any, draft: Any) -> None:
    client = sign_in(ana.user)
    drafted_one = Prescription.objects.get()
    urls = [pdf_of(draft), pdf_of(drafted_one), page_of(drafted_one)]

    assert [client.get(url).status_code for url in urls] == [404, 404, 404]


def test_the_patient_does_not_find_what_is_held_back(sign_in: Any, ana: Any, draft: Any, now: Any) -> None:
    sign(record=draft, version=draft.version, actor=draft.author, now=now, held_back=True)

    assert sign_in(ana.user).get(page_of(Prescription.objects.get())).status_code == 404


def test_a_draft_says_so_on_each_sheet(sign_in: Any, dr_rao: Any, encounter: Any, now: Any) -> None:
    record = drafted(encounter, now, sections={"plan": "word " * 1500})
    client = sign_in(dr_rao.user)

    pdf = printed(client, record)

    mark = words_of(pdf).casefold().count("draft, not signed ")
    assert mark == int(facts_of(pdf)["Pages"]) > 1
    assert "<strong>Draft, not signed</strong>" in words_on(client, record.get_absolute_url())


def test_a_signed_record_has_no_mark(sign_in: Any, dr_rao: Any, record: Any) -> None:
    client = sign_in(dr_rao.user)

    assert "not signed" not in words_of(printed(client, record))
    assert "not signed" not in words_on(client, record.get_absolute_url())


def assert_marked(client: Any, record: Any, words: str) -> None:
    assert words.upper() in words_of(printed(client, record))
    assert f"<strong>{words}</strong>" in words_on(client, record.get_absolute_url())


def test_a_version_in_error_says_so(sign_in: Any, dr_rao: Any, record: Any) -> None:
    MedicalRecord.objects.update(status="entered-in-error")

    assert_marked(sign_in(dr_rao.user), record, "Entered in error")


def test_an_earlier_version_says_so_until_the_later_one_is_struck_through(
    sign_in: Any, dr_rao: Any, record: Any, now: Any
) -> None:
    client, words = sign_in(dr_rao.user), "An earlier version, corrected since"
    told = {"actor": dr_rao.user, "now": now}
    later = begin_correction(record=record, **told)
    text = {"sections": {"complaint": "Headache on the left"}, "reason": "Wrong side"}
    save_correction(draft=later, version=later.version, actor=dr_rao.user, **text)
    sign_correction(draft=later, version=later.version + 1, **told)
    assert_marked(client, record, words)

    mark_record_in_error(record=later, reason="Another patient's", **told)

    assert words not in words_on(client, record.get_absolute_url())


def test_without_pango_the_page_itself_is_printed(
    sign_in: Any, ana: Any, record: Any, prescription: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(prints, "engine", lambda: None)
    client = sign_in(ana.user)

    answers = [client.get(pdf_of(row), follow=True) for row in (record, prescription)]

    assert [answer.redirect_chain[0][0] for answer in answers] == [
        record.get_absolute_url(),
        page_of(prescription),
    ]
    assert all("Use the print command of your browser" in answer.content.decode() for answer in answers)
    assert not AuditEvent.objects.filter(action="print").exists()


def test_the_page_of_a_record_leads_to_paper(sign_in: Any, ana: Any, record: Any) -> None:
    text = words_on(sign_in(ana.user), record.get_absolute_url())

    assert "data-print hidden" in text and "js/print.js" in text
    assert pdf_of(record) in text and page_of(Prescription.objects.get()) in text
