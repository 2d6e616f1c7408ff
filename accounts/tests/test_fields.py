import datetime as dt

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_form
from django import forms
from django.utils import timezone, translation

from accounts.fields import BirthDateField


class PersonForm(forms.Form):
    birth_date = BirthDateField()


def posted(day, month, year):
    names = ("birth_date_day", "birth_date_month", "birth_date_year")
    return PersonForm(dict(zip(names, (day, month, year), strict=True)))


@pytest.mark.parametrize(
    "typed",
    [
        ("27", "3", "1987"),
        ("27", "03", "1987"),
        (" 27 ", " March ", "1987"),
        ("27", "mar", "1987"),
        ("27", "MAR.", "1987"),
    ],
)
def test_a_month_is_taken_as_a_number_or_a_name(typed):
    form = posted(*typed)

    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"birth_date": dt.date(1987, 3, 27)}


def test_a_one_digit_day_is_taken_with_and_without_its_zero():
    assert posted("1", "1", "2001").is_valid()
    assert posted("01", "01", "2001").is_valid()


@pytest.mark.parametrize("month", ["mars", "Mars", "march"])
def test_a_month_is_taken_in_the_local_language_and_in_english(month):
    with translation.override("fr"):
        form = posted("27", month, "1987")

        assert form.is_valid(), form.errors
    assert form.cleaned_data["birth_date"] == dt.date(1987, 3, 27)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("", "", ""), "Enter a date of birth"),
        (("27", "", "1987"), "Enter a day, month and year, like 27 3 1987"),
        (("27", "ma", "1987"), "Enter a day, month and year, like 27 3 1987"),
        (("x", "3", "1987"), "Enter a day, month and year, like 27 3 1987"),
        (("27", "3", "87"), "Enter a day, month and year, like 27 3 1987"),
        (("31", "2", "1987"), "Date of birth must be a real date, like 27 3 1987"),
        (("1", "13", "1987"), "Date of birth must be a real date, like 27 3 1987"),
        (("1", "1", "99999"), "Date of birth must be a real date, like 27 3 1987"),
        (("1", "1", "1800"), "Check the year: it is more than 130 years ago"),
    ],
)
def test_a_refusal_says_how_to_put_it_right(typed, words):
    form = posted(*typed)

    assert form.errors == {"birth_date": [words]}


def test_a_day_to_come_is_refused_and_today_is_taken():
    today = timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)

    late = posted(str(tomorrow.day), str(tomorrow.month), str(tomorrow.year))
    born_today = posted(str(today.day), str(today.month), str(today.year))

    assert late.errors == {"birth_date": ["Date of birth must be in the past"]}
    assert born_today.is_valid()


def test_an_optional_date_may_stay_empty():
    form = forms.Form({})
    form.fields["birth_date"] = BirthDateField(required=False)

    assert form.is_valid()
    assert form.cleaned_data == {"birth_date": None}


def test_what_was_typed_stays_after_an_error():
    html = as_crispy_form(posted("31", "Febuary", "1987"))

    for value in ("31", "Febuary", "1987"):
        assert f'value="{value}"' in html


def test_each_box_has_a_label_and_its_own_autocomplete_token():
    html = as_crispy_form(PersonForm())

    for number, (label, token) in enumerate(
        [("Day", "bday-day"), ("Month", "bday-month"), ("Year", "bday-year")]
    ):
        assert f'<label for="id_birth_date_{number}">{label}</label>' in html
        assert f'autocomplete="{token}"' in html


def test_the_boxes_share_a_fieldset_that_reads_hint_and_error():
    html = as_crispy_form(posted("31", "2", "1987"))

    assert '<fieldset aria-describedby="id_birth_date_helptext id_birth_date_error">' in html
    assert 'id="id_birth_date_helptext"' in html
    assert 'id="id_birth_date_error"' in html
    assert html.count("<legend") == 1


def test_a_stored_date_fills_the_boxes():
    html = as_crispy_form(PersonForm(initial={"birth_date": dt.date(1987, 3, 27)}))

    for value in ("27", "3", "1987"):
        assert f'value="{value}"' in html


def test_the_same_date_typed_otherwise_is_no_change():
    field = BirthDateField()

    assert not field.has_changed(dt.date(1987, 3, 27), ["27", "March", "1987"])
    assert field.has_changed(dt.date(1987, 3, 27), ["28", "March", "1987"])
