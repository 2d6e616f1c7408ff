"""Record numbers."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import mrn
from accounts.models import MrnCounter
from accounts.tests.factories import PatientFactory


def test_the_check_digit_is_that_of_the_standard() -> None:
    # ISO/IEC 7064:2003, MOD 11,10: the string 0794 takes the check character 5.
    assert mrn.check_digit("0794") == "5"


@pytest.mark.parametrize("position", range(10))
def test_every_single_wrong_digit_is_found(position: int) -> None:
    number = mrn.mrn(mrn.FIRST)

    wrong = [number[:position] + digit + number[position + 1 :] for digit in "0123456789"]

    assert [text for text in wrong if mrn.is_mrn(text)] == [number]


@pytest.mark.parametrize("typed", ["100 000 0012", "100-000-0012", " 1000000012 "])
def test_spaces_and_dashes_do_not_matter(typed: str) -> None:
    assert mrn.normalise(typed) == "1000000012"


@pytest.mark.parametrize("text", ["", "12345", "10000000١٢", "abcdefghij", "100000001X"])
def test_what_is_no_number_is_no_mrn(text: str) -> None:
    assert not mrn.is_mrn(text)


def test_numbers_are_read_in_groups() -> None:
    assert mrn.grouped("1000000012") == "100 000 0012"


@pytest.mark.django_db
def test_a_block_of_numbers_is_taken_once() -> None:
    block, following = MrnCounter.take(3), MrnCounter.take()

    assert [number[:9] for number in [*block, *following]] == [
        "100000001",
        "100000002",
        "100000003",
        "100000004",
    ]
    assert all(mrn.is_mrn(number) for number in [*block, *following])


@pytest.mark.django_db
def test_the_database_gives_no_number_twice() -> None:
    number = PatientFactory().mrn

    with pytest.raises(IntegrityError), transaction.atomic():
        PatientFactory(mrn=number)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_two_desks_at_the_same_moment_get_two_numbers() -> None:
    def take_elsewhere() -> list[str]:
        try:
            with transaction.atomic():
                return MrnCounter.take()
        finally:
            connection.close()

    MrnCounter.objects.get_or_create(pk=1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            here = MrnCounter.take()
            there = pool.submit(take_elsewhere)
            sleep(0.5)

        assert there.result(timeout=10) != here
