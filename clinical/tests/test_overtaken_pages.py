"""Forms that something else has overtaken: they say so, and what was typed in them is not lost."""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from accounts.errors import Busy
from accounts.models import Patient
from accounts.services.merging import merge
from accounts.services.typing import author_mark
from accounts.tests.factories import PatientFactory
from clinical.models import Allergy, MedicalRecord, NoteDraft, PrescriptionCheck, PrescriptionItem
from clinical.services.allergies import add_allergy, change_allergy
from clinical.services.corrections import mark_record_in_error, sign_correction
from clinical.services.results import report_result
from clinical.services.rows import mark_in_error
from clinical.tests.measured import found, ordered, reported, step
from clinical.tests.pharmacy import AMOXICILLIN, allergy, written
from clinical.tests.test_corrections import written as corrected
from clinical.tests.test_views_results import typed as as_typed
from clinical.tests.test_views_warnings import answers, warnings

TYPED = "Left, and not right"
REPORT = {"value_quantity": "", "value_text": TYPED, "is_final": "preliminary"}


@pytest.fixture
def doctor(sign_in: Any, dr_rao: Any) -> Any:
    return sign_in(dr_rao.user)


@pytest.fixture
def penicillin(encounter: Any, now: Any) -> Allergy:
    return add_allergy(patient=encounter.patient, display="Penicillin", actor=encounter.doctor.user, now=now)


def url(name: str, row: Any) -> str:
    return reverse(f"clinical:{name}", args=[row.public_id])


def hidden(page: Any) -> dict[str, str]:
    """What the form sends beside what is typed."""
    typing, form = page.context["request"].typing, page.context["form"]
    fields = {name: form[name].value() for name in form.fields if form[name].is_hidden}
    marks = {"typed_by": typing.mark, "window": typing.window.mark, "begun_from": typing.window.begun_from}
    return {name: str(value) for name, value in (fields | marks).items() if value is not None}


@pytest.mark.parametrize("how", ["signed", "dropped"])
def test_a_correction_that_is_over_gives_the_typed_text_back(
    how: str, doctor: Any, record: Any, now: Any
) -> None:
    draft, actor = corrected(record, now), record.author
    marks = hidden(doctor.get(url("correction-write", draft)))
    typed = marks | {"correction_reason": "Wrong side", "complaint": TYPED}
    if how == "signed":
        sign_correction(draft=draft, version=draft.version, actor=actor, now=now)
    else:
        mark_record_in_error(record=draft, reason="Not needed", actor=actor, now=now)

    answer = doctor.post(url("correction-write", draft), typed)
    later = doctor.get(url("correction-write", draft))

    assert answer.status_code == 422
    assert all(TYPED in page.content.decode() for page in (answer, later))
    assert not MedicalRecord.objects.filter(complaint=TYPED).exists()


def test_a_correction_that_is_over_leads_to_its_record(doctor: Any, record: Any, now: Any) -> None:
    draft = corrected(record, now)
    mark_record_in_error(record=draft, reason="Not needed", actor=record.author, now=now)

    answer = doctor.get(url("correction-write", draft))

    assert answer.url == draft.get_absolute_url()


def test_a_change_of_what_was_struck_out_meanwhile_is_refused_in_words(
    doctor: Any, penicillin: Any, now: Any
) -> None:
    sent = hidden(doctor.get(url("allergy-change", penicillin)))
    mark_in_error(row=penicillin, reason="Ben's", actor=penicillin.recorded_by, now=now)
    told = {"clinical_status": "inactive", "criticality": "low", "verification": "confirmed"}

    answer = doctor.post(url("allergy-change", penicillin), sent | told | {"status_reason": TYPED})

    assert answer.status_code == 422
    assert "This is marked as entered in error already." in answer.content.decode()
    assert TYPED in answer.content.decode()


def test_what_was_typed_for_a_file_that_was_merged_waits_in_the_other(
    doctor: Any, encounter: Any, admin: Any, now: Any
) -> None:
    loser, survivor = encounter.patient, PatientFactory()
    sent = hidden(doctor.get(url("allergy-add", loser))) | {"patient": str(loser.public_id)}
    versions = (survivor.version, Patient.objects.get(pk=loser.pk).version)
    told = {"survivor": survivor, "loser": loser, "versions": versions, "choices": {}, "reason": "Same"}
    merge(actor=admin, now=now, **told)

    answer = doctor.post(url("allergy-add", loser), sent | {"display": TYPED})
    page = doctor.get(answer.url).content.decode()

    assert answer.url == url("allergy-add", survivor)
    assert TYPED in page and "It is not saved yet." in page
    assert str(loser.public_id) not in page
    assert not Allergy.objects.exists()


def test_what_was_recorded_after_the_question_is_not_offered_as_unsaved(
    doctor: Any, penicillin: Any, now: Any
) -> None:
    over = {"clinical_status": "resolved", "status_reason": "Tolerated"}
    change_allergy(allergy=penicillin, version=1, values=over, actor=penicillin.recorded_by, now=now)
    address = url("allergy-add", penicillin.patient)
    typed = {"display": "Penicillin", "category": "medication", "criticality": "high"}
    asked = doctor.post(address, hidden(doctor.get(address)) | typed | {"verification": "confirmed"})
    assert asked.status_code == 422 and NoteDraft.objects.count() == 1
    sent = {name: asked.context["form"][name].value() or "" for name in asked.context["form"].fields}
    marks = {
        name: value for name, value in hidden(asked).items() if f'name="{name}"' in asked.content.decode()
    }

    answer = doctor.post(address, sent | marks | {"twin": "again"})

    assert answer.status_code == 302
    assert not NoteDraft.objects.exists()


def test_the_reasons_of_an_override_stay_when_they_cannot_be_recorded(
    doctor: Any, encounter: Any, ana: Any, now: Any, monkeypatch: Any
) -> None:
    allergy(ana)
    written(encounter, now, AMOXICILLIN)
    sent = answers(encounter, now, code="8", reason=TYPED)

    def busy(**order: Any) -> None:
        raise Busy

    monkeypatch.setattr("clinical.views.warnings.override", busy)
    answer = doctor.post(warnings(encounter), sent)

    assert answer.status_code == 422
    assert str(Busy.message) in answer.content.decode() and TYPED in answer.content.decode()
    assert not PrescriptionCheck.objects.exists()


def test_the_reason_of_a_strike_stays_when_it_cannot_be_made(
    doctor: Any, record: Any, monkeypatch: Any
) -> None:
    def busy(**order: Any) -> None:
        raise Busy

    monkeypatch.setattr("clinical.services.corrections.mark_record_in_error", busy)
    answer = doctor.post(url("record-in-error", record), {"reason": TYPED})

    assert answer.status_code == 422
    assert str(Busy.message) in answer.content.decode() and TYPED in answer.content.decode()


def test_no_name_of_a_field_makes_the_database_refuse_what_was_typed(
    doctor: Any, dr_rao: Any, encounter: Any
) -> None:
    mark = author_mark(dr_rao.user, url("encounter-write", encounter))
    sent = {"typed_by": mark, "window": str(uuid.uuid4()), "complaint": TYPED, "odd\0name": "x"}

    answer = doctor.post(reverse("clinical:typing-keep"), sent)

    assert answer.status_code == 200
    assert NoteDraft.objects.get().typed == {"complaint": [TYPED], "oddname": ["x"]}


def test_an_addendum_that_was_kept_is_shown_though_its_record_was_struck_out(
    doctor: Any, dr_rao: Any, record: Any, now: Any
) -> None:
    address = url("addendum-add", record)
    sent = {"typed_by": author_mark(dr_rao.user, address), "window": str(uuid.uuid4()), "text": TYPED}
    doctor.post(reverse("clinical:typing-keep"), sent)
    mark_record_in_error(record=record, reason="Wrong side", actor=dr_rao.user, now=now)

    answer = doctor.get(address)

    assert answer.status_code == 200 and TYPED in answer.content.decode()


def test_a_result_that_was_typed_is_shown_though_another_was_reported(
    doctor: Any, dr_rao: Any, encounter: Any, now: Any
) -> None:
    result = ordered(encounter.patient, dr_rao.user, now)
    address = url("result-report", result)
    sent = {"typed_by": author_mark(dr_rao.user, address), "window": str(uuid.uuid4()), "value_text": TYPED}
    doctor.post(reverse("clinical:typing-keep"), sent)
    step(report_result, result, dr_rao.user, now, finding=found(now), is_final=True)

    answer = doctor.get(address)

    assert answer.status_code == 200 and TYPED in answer.content.decode()


def test_a_dropped_correction_offers_no_way_to_go_on_writing(doctor: Any, record: Any, now: Any) -> None:
    draft = corrected(record, now)
    mark_record_in_error(record=draft, reason="Not needed", actor=record.author, now=now)

    assert url("correction-write", draft) not in doctor.get(draft.get_absolute_url()).content.decode()


def test_a_button_that_came_too_late_leaves_nothing_behind(
    doctor: Any, dr_rao: Any, encounter: Any, now: Any
) -> None:
    result = reported(encounter.patient, dr_rao.user, now)
    stale = doctor.post(url("result-review", result), {"version": result.version + 1})

    page = doctor.get(url("result-review", result))
    answer = doctor.post(url("result-review", result), hidden(page))

    assert (stale.status_code, answer.status_code) == (409, 302)
    assert not NoteDraft.objects.exists()


def test_who_reports_second_can_save_over_it(doctor: Any, dr_rao: Any, encounter: Any, now: Any) -> None:
    result = ordered(encounter.patient, dr_rao.user, now)
    marks = hidden(doctor.get(url("result-report", result)))
    mine = as_typed(result, **REPORT) | {name: marks[name] for name in ("typed_by", "window")}
    step(report_result, result, dr_rao.user, now, finding=found(now), is_final=False)

    conflict = doctor.post(url("result-report", result), mine)
    answer = doctor.post(url("result-report", result), mine | {"version": conflict.context["version"]})

    assert (conflict.status_code, answer.status_code) == (409, 302)
    assert "Save mine over it" in conflict.content.decode()
    result.refresh_from_db()
    assert result.value_text == TYPED


def test_a_reason_that_was_missing_first_is_not_offered_the_next_time(
    doctor: Any, dr_rao: Any, record: Any
) -> None:
    item = PrescriptionItem.objects.get()
    place = [item.prescription.public_id, 1]
    hold, resume = (reverse(f"clinical:medicine-{step}", args=place) for step in ("hold", "resume"))
    for reason in ("x" * 201, "Operation"):
        doctor.post(hold, {"reason": reason})
    doctor.post(resume)

    answer = doctor.get(hold)

    assert not answer.context["form"]["reason"].value()
    assert not NoteDraft.objects.exists()
