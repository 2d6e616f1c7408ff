"""Rules that note: what happened to a row, by whatever way."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection

from accounts.tests.database_rules.sandbox import (
    Mark,
    Person,
    Sheet,
    changes,
    notes,
)

# Audited


def test_an_insert_is_noted_with_every_column(sheet: Sheet) -> None:
    mark = Mark.objects.create(
        sheet=sheet,
        text="it's",
        amount=Decimal("1.25"),
        is_seen=True,
        answer={"a": [1, None, "x"]},
        token=UUID("12345678-1234-5678-1234-567812345678"),
        day=date(2026, 5, 4),
        seen_at=datetime(2026, 5, 4, 10, 30, tzinfo=UTC),
        blob=b"\x01\xff",
    )

    assert changes("accounts_mark") == [
        {
            "id": [None, mark.pk],
            "sheet_id": [None, sheet.pk],
            "text": [None, "it's"],
            "amount": [None, 1.25],
            "is_seen": [None, True],
            "answer": [None, {"a": [1, None, "x"]}],
            "token": [None, "12345678-1234-5678-1234-567812345678"],
            "day": [None, "2026-05-04"],
            "seen_at": [None, "2026-05-04T10:30:00+00:00"],
            "blob": [None, "\\x01ff"],
        }
    ]


def test_an_update_is_noted_with_the_changed_columns_only(sheet: Sheet) -> None:
    Mark.objects.create(sheet=sheet, text="a", answer={"a": 1})

    Mark.objects.update(text="b", amount=None, is_seen=True, answer=None)

    assert changes("accounts_mark", action="update") == [
        {"text": ["a", "b"], "is_seen": [False, True], "answer": [{"a": 1}, None]}
    ]


def test_a_delete_is_noted_with_what_was_there(sheet: Sheet) -> None:
    key = Mark.objects.create(sheet=sheet, text="a").pk

    Mark.objects.all().delete()

    [note] = notes("accounts_mark", action="delete")
    assert note.target_id == str(key)
    assert (note.changes["text"], note.changes["day"]) == (["a", None], [None, None])


def test_a_note_leads_to_the_patient(sheet: Sheet, person: Person) -> None:
    Mark.objects.create(sheet=sheet)

    assert [note.patient_id for note in notes("accounts_mark")] == [person.pk]
    assert [note.patient_id for note in notes("accounts_person")] == [person.pk]


def test_an_update_that_changes_nothing_is_not_noted(person: Person) -> None:
    Person.objects.update(name="Ana")

    assert notes("accounts_person", action="update") == []


def test_an_excluded_column_is_never_written_down(person: Person) -> None:
    Person.objects.update(secret="xyz")
    Person.objects.update(secret="uvw", name="Eva")

    assert changes("accounts_person") == [
        {"id": [None, person.pk], "name": [None, "Ana"]},
        {"name": ["Ana", "Eva"]},
    ]


def test_bulk_writes_and_raw_sql_are_noted(db: None) -> None:
    people = Person.objects.bulk_create([Person(name="Ana"), Person(name="Ben")])
    for person in people:
        person.name += "!"
    Person.objects.bulk_update(people, ["name"])
    connection.cursor().execute("UPDATE accounts_person SET name = 'x'")
    connection.cursor().execute("DELETE FROM accounts_person")

    found = [(note.action, note.source) for note in notes("accounts_person")]

    assert found == [(action, "trigger") for action in ["create"] * 2 + ["update"] * 4 + ["delete"] * 2]


def test_replacing_a_row_is_noted_as_its_deletion_too(person: Person) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")

    connection.cursor().execute(
        "INSERT OR REPLACE INTO accounts_person (id, name, secret) VALUES (%s, 'Eva', '')", [person.pk]
    )

    assert sorted(note.action for note in notes("accounts_person")) == ["create", "create", "delete"]
