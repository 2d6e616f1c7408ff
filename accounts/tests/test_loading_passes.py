"""The input is read once: what it said waits on disk, and is judged again before it is written."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.loading.kinds import Kind, Row
from accounts.loading.readers.csv_tables import Table
from accounts.loading.spooling import Spools
from accounts.loading.tables import Record
from accounts.loading.validation import Chunk
from accounts.models import Department, Patient
from accounts.models.among import Among
from accounts.services.loaded_twins import lean
from accounts.tests.factories import PatientFactory
from accounts.tests.house_files import Ran, write

PEOPLE = [
    {"ID": f"P{n}", "GIVEN_NAME": f"Ana{n}", "BIRTH_DATE": "1980-05-17", "SSN": f"{n}"} for n in range(7)
]


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rows of files as they are read, headers apart."""
    seen: list[str] = []
    records = Table.records

    def noted(self: Table) -> Any:
        for record in records(self):
            seen.append(record.cells[0])
            yield record

    monkeypatch.setattr(Table, "records", noted)
    return seen


@pytest.mark.django_db
def test_a_row_is_read_once_for_both_passes(tmp_path: Path, readings: list[str]) -> None:
    ran = Ran("load_patients", write(tmp_path / "people.csv", PEOPLE), "--json")

    assert (ran.summary, Patient.objects.count()) == ((7, 0, 0, 0), 7)
    assert readings == [row["ID"] for row in PEOPLE]


@pytest.mark.django_db
def test_what_a_row_means_is_asked_anew_where_the_house_decides(tmp_path: Path, readings: list[str]) -> None:
    Department.objects.create(name="Medicine")

    Ran(
        "load_departments",
        write(tmp_path / "d.csv", [{"NAME": "Cardiology", "PARENT": "Medicine"}]),
        "--json",
    )

    # The tree and the rows, in each pass.
    assert Department.objects.get(name="Cardiology").parent.name == "Medicine"
    assert readings == ["Cardiology"] * 4


class Things(Kind):
    name = "things"


def chunk(*numbers: int) -> Chunk:
    rows = [
        Row(n, f"K{n}", {"n": n}, {"of": "x"}, "d", record=Record(n, [str(n)], "", "a.csv")) for n in numbers
    ]
    return Chunk(rows, [(Record(9, ["bad"]), "K9", [("N", "bad", "No.")])], [("a.csv", 3, ["odd"])], 2, 12)


@pytest.mark.parametrize("keeps", [True, False])
def test_chunks_come_back_as_they_were_whatever_became_of_their_rows(keeps: bool) -> None:
    things = Things()
    with Spools(keeps_cells=keeps) as spools:
        for given in spools.keep(things, [chunk(1, 2), chunk(), chunk(3)]):
            for row in given.rows:
                row.values["more"], row.target_id, row.parent_ids = 1, 7, {"of": 8}
        again = list(spools.again(things))

    assert [[(row.number, row.key, row.values, row.target_id) for row in one.rows] for one in again] == [
        [(1, "K1", {"n": 1}, None), (2, "K2", {"n": 2}, None)],
        [],
        [(3, "K3", {"n": 3}, None)],
    ]
    assert {(row.parents["of"], *row.parent_ids) for one in again for row in one.rows} == {("x",)}
    assert [(one.refused, one.warned, one.skipped, one.read) for one in again] == [
        (chunk().refused, chunk().warned, 2, 12)
    ] * 3
    kept = again[0].rows[0].record
    assert kept == Record(1, ["1"] if keeps else [], "", "a.csv")


def test_kinds_of_one_name_do_not_take_each_others_rows() -> None:
    one, other = Things(), Things()
    with Spools(keeps_cells=False) as spools:
        list(spools.keep(one, [chunk(1)]))
        list(spools.keep(other, [chunk(2)]))

        assert [row.number for found in spools.again(one) for row in found.rows] == [1]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["pk", "mrn", "birth_date"])
def test_one_of_many_values(name: str) -> None:
    people = [PatientFactory(birth_date=f"1980-01-0{n}") for n in range(1, 4)]
    wanted = Patient.objects.filter(pk__in=[one.pk for one in people[:2]]).values_list(name, flat=True)

    assert {*Patient.objects.filter(Among(name, wanted))} == {*people[:2]}
    assert not Patient.objects.filter(Among(name, [])).exists()


@pytest.mark.django_db
def test_those_who_share_a_date_are_found_without_looking_at_everybody() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL goes by what it knows of the rows")
    rows = lean().filter(Among("birth_date", ["1980-05-17"]))

    assert "patient_birth_date" in rows.explain()
