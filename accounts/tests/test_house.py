import datetime as dt

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.utils import translation

from accounts.fields import BirthDateField
from accounts.templatetags import house


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("booked", "Booked"),
        ("arrived", "Waiting"),
        ("checked-in", "In consultation"),
        ("fulfilled", "Completed"),
        ("cancelled", "Cancelled"),
        ("noshow", "Did not attend"),
        ("preliminary", "Draft"),
        ("final", "Signed"),
        ("amended", "Amended"),
        ("entered-in-error", "Entered in error"),
    ],
)
def test_a_status_is_a_word_beside_an_icon(status, word):
    template = Template('{% include "components/status_badge.html" with status=status only %}')

    html = template.render(Context({"status": status}))

    assert word in html
    assert "<use href=" in html


def test_an_unknown_status_is_shown_as_it_is_stored():
    assert house.badge("proposed")["word"] == "proposed"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (dt.time(9, 20), "9:20am"),
        (dt.time(9), "9am"),
        (dt.time(12), "midday"),
        (dt.time(0), "midnight"),
        (dt.time(0, 5), "12:05am"),
        (dt.time(15, 40), "3:40pm"),
    ],
)
def test_english_times_are_written_as_people_say_them(moment, words):
    with translation.override("en"):
        assert house.clock(moment) == words


def test_other_languages_keep_their_own_form_of_times():
    with translation.override("fr"):
        assert house.clock(dt.time(15, 40)) == "15:40"


def test_long_lists_of_pages_are_shortened():
    paginator = Paginator(range(400), 20)

    assert list(house.page_numbers(paginator, 7)) == [1, "…", 6, 7, 8, "…", 20]


class Letter(forms.Form):
    email = forms.EmailField(label="E-mail")
    born = BirthDateField()


def test_the_error_summary_leads_to_the_first_bad_box_of_each_field():
    form = Letter({"born_day": "1"})
    template = Template('{% include "components/error_summary.html" with form=form only %}')

    html = template.render(Context({"form": form}))

    assert "There is a problem" in html
    assert '<a href="#id_email">E-mail: This field is required.</a>' in html
    assert '<a href="#id_born_0">Date of birth: Enter a day, month and year, like 27 3 1987</a>' in html


def test_a_form_without_errors_has_no_summary():
    template = Template('{% include "components/error_summary.html" with form=form only %}')

    assert template.render(Context({"form": Letter()})).strip() == ""
