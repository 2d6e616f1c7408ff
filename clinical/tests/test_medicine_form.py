"""The entry of a medicine: what is filled in, what is computed anew, what is refused beside its field."""

from typing import Any

import pytest

from clinical.forms.medicines import MedicineForm, stored_medicines
from clinical.models import PrescriptionItem
from clinical.services.drafts import ITEM_FIELDS
from clinical.tests.factories import drafted
from clinical.tests.pharmacy import AMOXICILLIN, the_item
from clinical.tests.test_views_notes import page, rows, typed

pytestmark = pytest.mark.django_db

TYPED = {
    "medicine": "Amoxicillin",
    "dose_quantity": "1",
    "dose_unit": "capsule",
    "frequency_code": "TID",
    "duration_days": "7",
    "refills": "0",
}


def cleaned(initial: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    form = MedicineForm(TYPED | changes, initial=initial or {})
    assert form.errors == {}
    return form.cleaned_data


def of_stored(item: PrescriptionItem) -> dict[str, Any]:
    return stored_medicines([item])[0]


@pytest.fixture
def item(encounter: Any, now: Any) -> PrescriptionItem:
    drafted(encounter, now, items=[AMOXICILLIN])
    return the_item()


def test_the_code_fills_the_words_and_the_quantity_follows() -> None:
    told = cleaned()

    assert (told["frequency"], told["quantity"], told["is_substitutable"]) == ("three times a day", 21, True)


def test_own_words_stay_beside_the_code() -> None:
    assert cleaned(frequency="three times a day, with food")["frequency"] == "three times a day, with food"


def test_one_makers_product_is_asked_for_by_a_tick() -> None:
    assert cleaned(is_substitutable="on")["is_substitutable"] is False
    form = MedicineForm(initial={"is_substitutable": False})
    assert "checked" in str(form["is_substitutable"])
    assert "checked" not in str(MedicineForm()["is_substitutable"])


def test_an_untouched_entry_is_empty() -> None:
    assert not MedicineForm({"refills": "0", "is_substitutable": ""}).has_changed()


def test_a_computed_quantity_is_computed_anew_and_a_typed_one_stays(item: Any) -> None:
    computed = of_stored(item)
    by_hand = computed | {"quantity": 30}

    assert cleaned(computed, quantity="21", duration_days="5")["quantity"] == 15
    assert cleaned(by_hand, quantity="30", duration_days="5")["quantity"] == 30
    assert cleaned(computed, quantity="20", duration_days="5")["quantity"] == 20


def test_the_page_says_how_the_quantity_was_computed(item: Any) -> None:
    form = MedicineForm(initial=of_stored(item))

    assert form["quantity"].help_text == "1 capsule, three times a day, for 7 days: 21 capsules, rounded up."


def test_a_changed_code_changes_the_words(item: Any) -> None:
    initial = of_stored(item)

    assert initial["frequency"] == ""
    assert cleaned(initial, frequency_code="BID")["frequency"] == "twice a day"


def test_spellings_that_were_misread_are_written_out() -> None:
    told = cleaned(strength=".50 mg", dose_unit="mcg", max_dose="4.0 g in 24 hours")

    assert (told["strength"], told["dose_unit"], told["max_dose"]) == (
        "0.5 mg",
        "micrograms",
        "4 g in 24 hours",
    )


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        (
            {"dose_quantity": "0"},
            {"dose_quantity": ["The dose must be more than 0 and less than 1,000,000."]},
        ),
        (
            {"dose_quantity": "-1"},
            {"dose_quantity": ["The dose must be more than 0 and less than 1,000,000."]},
        ),
        ({"dose_quantity": "two"}, {"dose_quantity": ["Write the dose as a number, for example 0.5."]}),
        (
            {"duration_days": "1001"},
            {"duration_days": ["A course lasts from 1 day to 1,000 days. Leave it empty when it goes on."]},
        ),
        ({"refills": "13"}, {"refills": ["A prescription can be refilled at most 12 times."]}),
        (
            {"frequency": "once a week"},
            {"frequency": ["The words say another frequency than the list. Change one of them."]},
        ),
        ({"frequency_code": ""}, {"frequency": ["Write how often it is taken."]}),
        ({"start_on": "soon"}, {"start_on": ["Enter the day like 27 3 2027."]}),
    ],
)
def test_what_cannot_be_meant_is_refused_beside_its_field(changes: Any, errors: Any) -> None:
    assert MedicineForm(TYPED | changes).errors == errors


def test_what_is_seldom_used_stands_open_when_it_says_something(doctor: Any, encounter: Any) -> None:
    sent = typed(**rows("medicines", TYPED | {"as_needed": "on", "as_needed_for": "pain"}))

    doctor.post(page("write", encounter), sent)
    text = doctor.get(page("write", encounter)).content.decode()

    assert text.count('<details class="more" open>') == 1
    assert text.count('<details class="more" >') == 2


def test_all_of_it_is_saved_and_said_in_words(doctor: Any, encounter: Any) -> None:
    more = {
        "as_needed": "on",
        "as_needed_for": "pain",
        "max_dose": "4 g in 24 hours",
        "start_on": "2027-01-12",
        "is_substitutable": "on",
        "route": "by mouth",
        "indication": "Tonsillitis",
        "instructions": "With food",
    }

    doctor.post(
        page("write", encounter), typed(**rows("medicines", TYPED | more | {"dose_quantity": "0.50"}))
    )

    assert the_item().directions == (
        "0.5 capsule, by mouth, three times a day, only when needed for pain, at most 4 g in 24 hours, "
        "from 12 January 2027, for 7 days"
    )
    text = doctor.get(page("sign", encounter)).content.decode()
    assert "This maker's product only." in text.replace("&#x27;", "'")


def test_saving_the_page_as_it_is_changes_nothing(doctor: Any, item: Any) -> None:
    form = MedicineForm(initial=of_stored(item))
    sent = {name: form[name].value() for name in ITEM_FIELDS if form[name].value() not in (None, True, False)}
    before = PrescriptionItem.objects.values().get()

    doctor.post(
        page("write", item.prescription.encounter), typed(version=1, **rows("medicines", sent, initial=1))
    )

    assert PrescriptionItem.objects.values().get() == before


def test_the_conflict_page_compares_in_words(doctor: Any, item: Any) -> None:
    sent = typed(version=0, **rows("medicines", TYPED | {"duration_days": "5", "is_substitutable": "on"}))

    answer = doctor.post(page("write", item.prescription.encounter), sent)

    text = answer.content.decode().replace("&#x27;", "'")
    assert answer.status_code == 409
    assert "three times a day, for 5 days, quantity 15, this maker's product only" in text
    assert "three times a day, for 7 days, quantity 21" in text


@pytest.fixture
def doctor(sign_in: Any, dr_rao: Any) -> Any:
    return sign_in(dr_rao.user)
