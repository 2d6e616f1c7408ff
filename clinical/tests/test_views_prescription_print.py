"""A prescription on the page and on paper: what a pharmacy needs, and nothing that it could take for valid."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.tests.pages import queries
from clinical.models import Allergy, MedicalRecord, Prescription, PrescriptionItem
from clinical.models.allergy import NONE_KNOWN, SNOMED
from clinical.tests.factories import ITEM, drafted
from clinical.tests.sheets import need_paper, prescribed, words_of

TWO = [ITEM, ITEM | {"medicine": "Amoxicillin"}]


def page_of(prescription: Prescription) -> str:
    return reverse("clinical:prescription-detail", args=[prescription.public_id])


def words_on(client: Any, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


@pytest.fixture
def prescription(dr_rao: Any, ana: Any, now: Any) -> Prescription:
    dr_rao.licence_number = "GMC 7000001"
    dr_rao.save()
    return prescribed(dr_rao, ana, now)


@pytest.fixture
def two(dr_rao: Any, ana: Any, now: Any) -> Prescription:
    return prescribed(dr_rao, ana, now, items=TWO)


def test_the_paper_says_who_for_whom_what_and_how_to_check_it(
    sign_in: Any, ana: Any, dr_rao: Any, prescription: Any, settings: Any
) -> None:
    need_paper()
    url = reverse("clinical:prescription-pdf", args=[prescription.public_id])

    text = words_of(sign_in(ana.user).get(url).content)

    shown = ["Prescription", "Ana Silva", ana.grouped_mrn, "17 May 1980", "Dr Asha Rao", "GMC 7000001"]
    shown += [
        "Riverside Hospital",
        "11 January 2027",
        "Ramipril 5 mg",
        "1 tablet",
        "once a day",
        "Signature:",
    ]
    shown += [prescription.number, prescription.verification_code, "/prescriptions/check/", "Page 1 of 1"]
    assert [part for part in shown if part not in text] == []


def test_each_field_of_a_medicine_is_there_in_words(
    sign_in: Any, dr_rao: Any, encounter: Any, now: Any
) -> None:
    drafted(encounter, now)
    PrescriptionItem.objects.update(
        strength="5mg",
        form="tablet",
        dose_quantity="0.500",
        dose_unit="tablet",
        route="by mouth",
        as_needed=True,
        as_needed_for="chest pain",
        max_dose="4 tablets in 24 hours",
        start_on="2027-01-12",
        duration_days=28,
        quantity=56,
        refills=2,
        is_substitutable=False,
        indication="blood pressure",
        instructions="With water",
    )

    text = words_on(sign_in(dr_rao.user), page_of(Prescription.objects.get()))

    shown = [
        "Ramipril 5 mg, 5mg, tablet",
        "0.5 tablet",
        "by mouth",
        "once a day",
        "Only when needed (chest pain)",
    ]
    shown += ["4 tablets in 24 hours", "12 January 2027", "28 days", "<dd>56 tablets</dd>", "<dd>2</dd>"]
    shown += ["Not allowed: give this one", "blood pressure", "With water"]
    assert [part for part in shown if part not in text] == []


@pytest.mark.parametrize(("stored", "shown"), [("100", "100"), ("0.125", "0.125"), ("2.50", "2.5")])
def test_a_dose_has_no_trailing_zeros(
    sign_in: Any, dr_rao: Any, encounter: Any, now: Any, stored: str, shown: str
) -> None:
    drafted(encounter, now, items=[ITEM | {"dose_quantity": stored}])

    text = words_on(sign_in(dr_rao.user), page_of(Prescription.objects.get()))

    assert f"<bdi>{shown} tablet</bdi>" in text


@pytest.mark.parametrize(
    ("status", "word"),
    [("stopped", "Stopped"), ("cancelled", "Cancelled"), ("entered-in-error", "Entered in error")],
)
def test_what_no_longer_holds_is_struck_through(
    sign_in: Any, dr_rao: Any, two: Any, now: Any, status: str, word: str
) -> None:
    over = PrescriptionItem.objects.filter(medicine="Amoxicillin")
    over.update(status=status, status_code="salg", status_reason="Rash", stopped_at=now)

    text = words_on(sign_in(dr_rao.user), page_of(two))

    assert (
        f"<del>Amoxicillin</del> <strong>{word}, 11 January 2027. Not valid.</strong> Reason: Allergy, Rash"
        in text
    )
    assert text.count("<del>") == 1 and text.count("How often") == 1
    assert "<h3>Ramipril 5 mg</h3>" in text


def test_what_is_on_hold_is_not_given_out_now(sign_in: Any, dr_rao: Any, two: Any) -> None:
    PrescriptionItem.objects.filter(medicine="Amoxicillin").update(status="on-hold", status_reason="Fever")

    text = words_on(sign_in(dr_rao.user), page_of(two))

    assert "<strong>On hold. Not to be given out now.</strong> Fever" in text


def test_the_patient_does_not_see_a_mistake(sign_in: Any, ana: Any, two: Any) -> None:
    PrescriptionItem.objects.filter(medicine="Amoxicillin").update(status="entered-in-error")

    text = words_on(sign_in(ana.user), page_of(two))

    assert "Ramipril" in text and "Amoxicillin" not in text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "Allergies: not asked"),
        ([{"display": "Penicillin"}], "Allergic to Penicillin"),
        ([{"display": "Penicillin"}, {"display": "Latex"}], "Allergic to Latex, Penicillin"),
        ([{"display": "Penicillin", "verification": "entered-in-error"}], "Allergies: not asked"),
        (
            [{"display": "No known allergy", "code": NONE_KNOWN, "system": SNOMED}],
            "No known allergies (confirmed 11 January 2027)",
        ),
    ],
)
def test_the_allergies_are_never_left_blank(
    sign_in: Any, ana: Any, prescription: Any, rows: list[dict[str, str]], words: str
) -> None:
    for row in rows:
        Allergy.objects.create(patient=ana, **row)

    assert f"<dt>Allergies</dt><dd><strong>{words}</strong></dd>" in words_on(
        sign_in(ana.user), page_of(prescription)
    )


def test_who_has_lost_sight_of_the_chart_is_not_told_that_nobody_asked(
    sign_in: Any, dr_rao: Any, ana: Any, now: Any
) -> None:
    old = prescribed(dr_rao, ana, now - timedelta(days=800))
    Allergy.objects.create(patient=ana, display="Penicillin")

    text = words_on(sign_in(dr_rao.user), page_of(old))

    assert "Not shown here: look in the chart" in text and "not asked" not in text


def test_a_draft_has_neither_code_nor_validity(sign_in: Any, dr_rao: Any, draft: Any) -> None:
    text = words_on(sign_in(dr_rao.user), page_of(Prescription.objects.get()))

    assert text.count("Draft, not signed, not valid") == 2  # on the page, and on each sheet
    assert "verification code" not in text


@pytest.mark.parametrize("what", ["record", "items"])
def test_a_mistake_has_neither_code_nor_validity(
    sign_in: Any, dr_rao: Any, prescription: Any, what: str
) -> None:
    rows = MedicalRecord.objects if what == "record" else PrescriptionItem.objects
    rows.update(status="entered-in-error")

    need_paper()
    client = sign_in(dr_rao.user)

    text = words_on(client, page_of(prescription))
    paper = words_of(client.get(f"{page_of(prescription)}pdf/").content)

    assert "Entered in error, not valid" in text and "Entered in error, not valid" in paper
    assert "verification code" not in paper and prescription.verification_code not in paper
    assert "verification code" not in text and prescription.verification_code not in text


def test_the_nurse_with_the_chart_reads_it(sign_in: Any, nurse: Any, draft: Any) -> None:
    assert sign_in(nurse).get(page_of(Prescription.objects.get())).status_code == 200


def test_another_doctor_does_not_find_it(sign_in: Any, dr_lee: Any, prescription: Any) -> None:
    assert sign_in(dr_lee.user).get(page_of(prescription)).status_code == 404


def test_a_look_is_noted(sign_in: Any, ana: Any, prescription: Any) -> None:
    sign_in(ana.user).get(page_of(prescription))

    noted = AuditEvent.objects.get(action="read")
    assert (noted.target_table, noted.patient, noted.actor) == ("clinical_prescription", ana, ana.user)


def test_it_costs_the_same_with_one_and_three_medicines(
    sign_in: Any, dr_rao: Any, ana: Any, now: Any
) -> None:
    three = [ITEM | {"medicine": f"M{n}"} for n in range(3)]
    pages = [
        page_of(prescribed(dr_rao, ana, now - timedelta(days=1))),
        page_of(prescribed(dr_rao, ana, now, items=three)),
    ]
    client = sign_in(dr_rao.user)

    costs = {queries(client, url)[0] for url in pages}

    assert len(costs) == 1 and costs.pop() <= 15
