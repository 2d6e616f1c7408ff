"""Departments and doctors from elsewhere."""

from typing import Any

import pytest

from accounts.models import AuditEvent, Department, Doctor, LoadBatch
from accounts.tests.factories import DoctorFactory, LocationFactory
from accounts.tests.house_files import Ran, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def departments(tmp_path: Any) -> Any:
    def run(*rows: dict[str, str], options: tuple[str, ...] = ()) -> Ran:
        return Ran("load_departments", write(tmp_path / "units.csv", rows), "--json", *options)

    return run


@pytest.fixture
def doctors(tmp_path: Any, cardiology: Department) -> Any:
    """Each row is Asha Rao of Cardiology unless it says otherwise."""
    rao = {"GIVEN_NAME": "Asha", "FAMILY_NAME": "Rao", "SPECIALTY": "Cardiology", "DEPARTMENT": "Cardiology"}

    def run(*rows: dict[str, str], options: tuple[str, ...] = ()) -> Ran:
        path = write(tmp_path / "staff.csv", [rao | row for row in rows])
        return Ran("load_doctors", path, "--json", *options)

    return run


def tree() -> dict[str, str | None]:
    return dict(Department.objects.values_list("name", "parent__name"))


TREE = [
    {"NAME": "Paediatric Cardiology", "PARENT": "heart centre"},
    {"NAME": "Heart Centre", "PARENT": "Medicine", "PHONE": "020 7946 0101"},
    {"NAME": "Medicine", "OPENING_HOURS": "Mon–Fri 8–17", "DESCRIPTION": "All of it"},
]


def test_a_tree_in_any_order(departments):
    ran = departments(*TREE)

    assert (ran.code, ran.summary) == (0, (3, 0, 0, 0))
    assert tree() == {"Paediatric Cardiology": "Heart Centre", "Heart Centre": "Medicine", "Medicine": None}
    medicine = Department.objects.get(name="Medicine")
    assert (medicine.opening_hours, medicine.description) == ("Mon–Fri 8–17", "All of it")


def test_a_parent_may_come_many_rows_later(departments):
    units = [{"NAME": f"Ward {number}", "PARENT": "House"} for number in range(1005)]

    ran = departments(*units, {"NAME": "House"})

    assert (ran.code, Department.objects.filter(parent__name="House").count()) == (0, 1005)


def test_a_second_run_changes_nothing_and_a_changed_row_is_updated(departments):
    departments(*TREE)
    assert departments(*TREE).summary == (0, 0, 3, 0)

    ran = departments(TREE[0] | {"PARENT": "Medicine"}, *TREE[1:])

    assert ran.summary == (0, 1, 2, 0)
    assert tree()["Paediatric Cardiology"] == "Medicine"
    assert Department.objects.get(name="Paediatric Cardiology").version == 2


def test_a_department_that_is_here_serves(departments, cardiology):
    ran = departments({"NAME": "CARDIOLOGY"}, {"NAME": "Clinic", "PARENT": "Cardiology"})

    assert ran.summary == (1, 0, 1, 0)
    assert tree() == {"Cardiology": None, "Clinic": "Cardiology"}


@pytest.mark.parametrize(
    ("rows", "where", "words"),
    [
        ([{"NAME": "", "PHONE": "1"}], "row 2, NAME", "A value is needed"),
        ([{"NAME": "x" * 101}], "row 2, NAME", "longer than 100"),
        ([{"NAME": "A", "PARENT": "Nowhere"}], "row 2, PARENT", "no department of this name"),
        ([{"NAME": "A", "PARENT": "A"}], "row 2, PARENT", "cannot be part of itself"),
        ([{"NAME": "A", "PARENT": "B"}, {"NAME": "B", "PARENT": "A"}], "row 3, PARENT", "part of itself"),
        ([{"NAME": "A"}, {"NAME": "a"}], "row 3, NAME", "Another row of this file has this name"),
        ([{"NAME": "A", "PHONE": "1" * 41}], "row 2, PHONE", "longer than 40"),
    ],
)
def test_a_department_that_is_refused(departments, rows, where, words):
    ran = departments(*rows)

    assert (ran.code, Department.objects.count()) == (2, 0)
    assert f"units.csv, {where}" in ran.err
    assert words in ran.err


def test_a_ring_with_what_stands_here_is_refused(departments):
    departments({"NAME": "B", "PARENT": "A"}, {"NAME": "A"})

    ran = departments({"NAME": "A", "PARENT": "B"})

    assert (ran.code, tree()) == (2, {"A": None, "B": "A"})


def test_what_is_part_of_a_refused_department_is_refused_too(departments):
    rows = [{"NAME": "A", "PHONE": "1" * 41}, {"NAME": "B", "PARENT": "A"}, {"NAME": "C"}]

    ran = departments(*rows, options=("--keep-going",))

    assert (ran.code, tree()) == (1, {"C": None})


def test_a_dry_run_of_departments_and_doctors_writes_nothing(departments, doctors):
    ran = departments(*TREE, options=("--dry-run",))
    other = doctors({}, options=("--dry-run",))

    assert (ran.summary, other.summary) == ((3, 0, 0, 0), (1, 0, 0, 0))
    assert not Doctor.objects.exists() and not LoadBatch.objects.exists()
    assert set(tree()) == {"Cardiology"}


def test_a_doctor_without_an_account(doctors, cardiology):
    clinic = LocationFactory(name="Main building")

    ran = doctors(
        {"ID": "D1", "TITLE": "Prof", "GENDER": "F", "LICENCE_NUMBER": "7654321", "LOCATION": "main building"}
    )

    doctor = Doctor.objects.get()
    assert ran.summary == (1, 0, 0, 0)
    assert (str(doctor), doctor.gender, doctor.licence_number) == ("Prof Asha Rao", "female", "7654321")
    assert (doctor.department, doctor.location, doctor.user) == (cardiology, clinic, None)
    assert doctor.search_name == "asha rao"


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"GIVEN_NAME": "Asha", "FAMILY_NAME": "Rao"}, ("Asha", "Rao")),
        ({"NAME": "Asha Maria Rao"}, ("Asha Maria", "Rao")),
        ({"NAME": "Rao, Asha Maria"}, ("Asha Maria", "Rao")),
        ({"NAME": "Madonna"}, ("Madonna", "")),
        ({"GIVEN_NAME": "", "FAMILY_NAME": "Madonna"}, ("Madonna", "")),
    ],
)
def test_names_in_one_column_or_two(tmp_path, cardiology, said, names):
    row = {"SPECIALTY": "Cardiology", "DEPARTMENT": "Cardiology"} | said

    ran = Ran("load_doctors", write(tmp_path / "d.csv", [row]))

    assert (ran.code, Doctor.objects.values_list("given_name", "family_name").get()) == (0, names)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"GIVEN_NAME": "", "FAMILY_NAME": ""}, "GIVEN_NAME", "A value is needed"),
        ({"GIVEN_NAME": "x" * 101}, "GIVEN_NAME", "longer than 100"),
        ({"GIVEN_NAME": "Asha\tMaria"}, "GIVEN_NAME", "control characters"),
        ({"SPECIALTY": ""}, "SPECIALTY", "A value is needed"),
        ({"DEPARTMENT": "Nowhere"}, "DEPARTMENT", "no department of this name"),
        ({"DEPARTMENT": ""}, "DEPARTMENT", "A value is needed"),
        ({"LOCATION": "Nowhere"}, "LOCATION", "no location of this name"),
        ({"GENDER": "?"}, "GENDER", "Use one of these"),
        ({"TITLE": "x" * 21}, "TITLE", "longer than 20"),
    ],
)
def test_a_doctor_who_is_refused(doctors, row, column, words):
    ran = doctors(row)

    assert (ran.code, Doctor.objects.count()) == (2, 0)
    assert f"staff.csv, row 2, {column}" in ran.err
    assert words in ran.err


@pytest.mark.parametrize(
    ("number", "is_told"),
    [
        ("1234567893", False),
        ("1234567890", True),
        ("AB1234563", False),
        ("AB1234564", True),
        ("7654321", False),
        ("2.98725E+13", False),
    ],
)
def test_a_licence_number_that_fails_its_check_digit_is_told_and_kept(doctors, number, is_told):
    ran = doctors({"LICENCE_NUMBER": number})

    assert ("fails its check digit" in ran.err) is is_told
    assert ("rewritten by a spreadsheet" in ran.err) is ("E+" in number)
    assert Doctor.objects.get().licence_number == number


def test_without_keys_the_licence_number_is_the_key_else_name_and_department(doctors):
    rows = [{"LICENCE_NUMBER": "L1"}, {"LICENCE_NUMBER": "", "GIVEN_NAME": "Min", "FAMILY_NAME": "Lee"}]
    doctors(*rows)
    assert doctors(*rows).summary == (0, 0, 2, 0)

    ran = doctors(rows[0] | {"FAMILY_NAME": "Rao-Lee"}, rows[1] | {"SPECIALTY": "Dermatology"})

    assert ran.summary == (0, 2, 0, 0)
    assert set(Doctor.objects.values_list("family_name", "specialty")) == {
        ("Rao-Lee", "Cardiology"),
        ("Lee", "Dermatology"),
    }
    assert AuditEvent.objects.filter(target_table="accounts_doctor", changes__icontains="Rao-Lee").exists()


def test_one_licence_number_is_one_doctor(doctors):
    ran = doctors(
        {"ID": "1", "LICENCE_NUMBER": "L1"}, {"ID": "2", "LICENCE_NUMBER": "L1"}, options=("--keep-going",)
    )

    assert (ran.code, ran.summary) == (1, (1, 0, 0, 1))
    assert "Another row of this file has this licence number" in ran.err


def test_doctors_who_are_here_are_known(doctors, cardiology, dermatology):
    by_licence = DoctorFactory(given_name="A", family_name="Rao", licence_number="L1", department=dermatology)
    by_name = DoctorFactory(given_name="Min", family_name="Lee", department=cardiology)

    ran = doctors({"ID": "1", "LICENCE_NUMBER": "L1"}, {"ID": "2", "GIVEN_NAME": "Min", "FAMILY_NAME": "Lee"})

    assert ran.summary == (0, 0, 2, 0)
    assert set(Doctor.objects.all()) == {by_licence, by_name}
