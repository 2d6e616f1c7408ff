"""Rules that refuse: append-only rows and rows that have closed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from accounts.audit import acting
from accounts.tests.database_rules.sandbox import Entry, Folder, Mark, Paper, Sheet, refusal
from accounts.triggers import AppendOnly, ImmutableWhen
from accounts.triggers.base import LONGEST_NAME

# Append-only


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_entry SET text = 'b'",
        "DELETE FROM accounts_entry",
        "UPDATE accounts_entry SET text = text",
    ],
)
def test_an_append_only_row_is_neither_changed_nor_deleted(db: None, statement: str) -> None:
    Entry.objects.create(text="a")

    assert refusal(statement) == "append-only: entries_are_append_only"
    assert list(Entry.objects.values_list("text", flat=True)) == ["a"]


def test_the_orm_cannot_change_append_only_rows_either(db: None) -> None:
    entry = Entry.objects.create(text="a")
    entry.text = "b"

    writes = [entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(text="c")]

    assert {refusal(write) for write in writes} == {"append-only: entries_are_append_only"}
    assert refusal(lambda: Entry.objects.bulk_update([entry], ["text"])).startswith("append-only")


def test_replacing_an_append_only_row_is_refused(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    entry = Entry.objects.create(text="a")

    by_key = refusal("INSERT OR REPLACE INTO accounts_entry (id, text) VALUES (%s, 'b')", entry.pk)
    by_text = refusal("INSERT OR REPLACE INTO accounts_entry (text) VALUES ('a')")

    assert {by_key, by_text} == {"append-only: entries_are_append_only"}


@pytest.mark.parametrize("table", ["accounts_entry", "accounts_paper", "accounts_person"])
def test_a_ruled_table_cannot_be_truncated(db: None, table: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")

    assert refusal(f"TRUNCATE {table} CASCADE") != "passed"


# Immutable


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"text": "b"}, "immutable: a_signed_paper_stays"),
        ({"status": "preliminary"}, "immutable: a_signed_paper_stays"),
        ({"status": "entered-in-error"}, "immutable: a_signed_paper_stays"),
        ({"status": "amended", "text": "b"}, "immutable: a_signed_paper_stays"),
        ({"status": "amended"}, "passed"),
        ({"note": "b"}, "passed"),
        ({"note": None, "text": "a"}, "passed"),
        ({"released_at": datetime(2026, 5, 4, tzinfo=UTC)}, "passed"),
    ],
)
def test_a_signed_row_takes_only_the_named_changes(
    paper: Paper, change: dict[str, Any], outcome: str
) -> None:
    assert refusal(lambda: Paper.objects.filter(pk=paper.pk).update(**change)) == outcome


def test_a_column_that_is_filled_once_is_not_changed_again(paper: Paper) -> None:
    Paper.objects.update(released_at=datetime(2026, 5, 4, tzinfo=UTC))

    changed = refusal(lambda: Paper.objects.update(released_at=datetime(2026, 5, 5, tzinfo=UTC)))
    emptied = refusal(lambda: Paper.objects.update(released_at=None))

    assert {changed, emptied} == {"immutable: a_signed_paper_stays"}


def test_a_signed_row_is_not_deleted(paper: Paper) -> None:
    assert refusal("DELETE FROM accounts_paper") == "immutable: a_signed_paper_stays"


def test_an_unsigned_row_is_free(db: None) -> None:
    paper = Paper.objects.create(text="a")

    assert refusal(lambda: Paper.objects.update(text="b", status="final")) == "passed"
    Paper.objects.create()
    assert refusal(lambda: Paper.objects.exclude(pk=paper.pk).delete()) == "passed"


def test_the_children_of_a_closed_parent_stay(sheet: Sheet) -> None:
    Folder.objects.update(is_closed=True)

    elsewhere = Folder.objects.create(person_id=sheet.folder.person_id)
    writes = [
        lambda: Sheet.objects.update(text="b"),
        lambda: Sheet.objects.update(folder=elsewhere),
        lambda: Sheet.objects.create(folder=sheet.folder),
        lambda: Sheet.objects.bulk_create([Sheet(folder=sheet.folder)]),
        "DELETE FROM accounts_sheet",
    ]

    assert {refusal(write) for write in writes} == {"immutable: a_closed_folder_keeps_its_sheets"}


def test_a_free_column_of_a_closed_parents_child_may_change(sheet: Sheet) -> None:
    Folder.objects.update(is_closed=True)

    assert refusal(lambda: Sheet.objects.update(colour="red")) == "passed"


def test_a_child_is_not_moved_into_a_closed_parent(sheet: Sheet) -> None:
    closed = Folder.objects.create(person_id=sheet.folder.person_id, is_closed=True)

    moved = refusal(lambda: Sheet.objects.update(folder=closed))

    assert moved == "immutable: a_closed_folder_keeps_its_sheets"


def test_a_grandchild_is_judged_by_the_end_of_the_path(sheet: Sheet) -> None:
    Mark.objects.create(sheet=sheet)
    Folder.objects.update(is_closed=True)

    writes = [lambda: Mark.objects.create(sheet=sheet), lambda: Mark.objects.update(text="b")]

    assert {refusal(write) for write in writes} == {"immutable: a_closed_folder_keeps_its_marks"}


def test_a_batch_may_add_history_to_a_closed_parent_but_not_change_it(sheet: Sheet) -> None:
    Folder.objects.update(is_closed=True)

    with acting(None, batch=7):
        added = refusal(lambda: Sheet.objects.create(folder=sheet.folder))
        changed = refusal(lambda: Sheet.objects.update(text="b"))

    assert (added, changed) == ("passed", "immutable: a_closed_folder_keeps_its_sheets")


# Declarations


def test_a_rule_is_rebuilt_from_its_migration() -> None:
    for model in (Sheet, Mark, Paper, Entry):
        for rule in model._meta.constraints:
            path, args, kwargs = rule.deconstruct()

            assert path == f"accounts.triggers.{type(rule).__name__}"
            assert type(rule)(*args, **kwargs) == rule


def test_a_name_that_postgresql_would_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        AppendOnly(name="x" * (LONGEST_NAME + 1))


def test_a_rule_that_names_an_unknown_field_fails_the_check() -> None:
    rule = ImmutableWhen(name="typing", condition=Q(status="final"), free=["colour"])

    assert [error.msg for error in rule._check(Paper, connection)] == [
        "typing names the unknown field colour."
    ]


# Merging


def test_a_closed_row_changes_its_owner_inside_a_merge_and_nothing_else(db: None) -> None:
    paper = Paper.objects.create(status="final", text="a")
    move = ("UPDATE accounts_paper SET owner = 'ben' WHERE id = %s", paper.pk)

    outside = refusal(*move)
    with acting(None, merge=True):
        inside = refusal(*move)
        rewriting = refusal("UPDATE accounts_paper SET owner = 'ana', text = 'b' WHERE id = %s", paper.pk)
    afterwards = refusal("UPDATE accounts_paper SET owner = 'ana' WHERE id = %s", paper.pk)

    assert inside == "passed"
    assert {outside, rewriting, afterwards} == {"immutable: a_signed_paper_stays"}
    paper.refresh_from_db()
    assert (paper.owner, paper.text) == ("ben", "a")
