"""Dates of the back office: the month in words, and no order of numbers that could be read in two ways."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.utils import formats


def test_dates_are_written_with_the_month_in_words():
    written = (
        formats.date_format(date(2027, 3, 4)),
        formats.date_format(datetime(2027, 3, 4, 9, 5, tzinfo=UTC), "DATETIME_FORMAT"),
    )

    assert written == ("4 March 2027", "4 March 2027, 09:05")


@pytest.mark.parametrize("typed", ["2027-03-04", "4 March 2027", "4 Mar 2027"])
def test_a_date_beyond_doubt_is_read(typed):
    assert forms.DateField().clean(typed) == date(2027, 3, 4)


@pytest.mark.parametrize("typed", ["03/04/2027", "3/4/27"])
def test_a_date_of_doubtful_order_is_refused(typed):
    with pytest.raises(forms.ValidationError):
        forms.DateField().clean(typed)
