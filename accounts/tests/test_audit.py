from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import acting, record_event
from accounts.models import AuditEvent, Patient, User
from accounts.triggers.context import NOBODY, current


def rename(name: str) -> AuditEvent:
    """A write that a trigger notes, and its note."""
    User.objects.filter(email="reception@example.org").update(given_name=name)
    return AuditEvent.objects.filter(target_table="accounts_user", action="update").order_by("-pk")[0]


def told() -> dict[str, Any]:
    """Who acts, as the database itself knows it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            settings = ("hospital.actor", "hospital.reason")
            cursor.execute("SELECT current_setting(%s, true), current_setting(%s, true)", settings)
        else:
            cursor.execute("SELECT hospital_actor(), hospital_reason()")
        actor, reason = cursor.fetchone()
    return {"actor": str(actor or ""), "reason": reason or ""}


def test_a_change_is_noted_with_who_acted(reception: User, nurse: User) -> None:
    with acting(nurse, "moved house", batch=5):
        note = rename("Ada")

    assert (note.actor, note.role, note.reason, note.batch_id) == (nurse, "nurse", "moved house", 5)
    assert note.db_role == connection.settings_dict["USER"] or note.db_role == "sqlite"
    assert abs(timezone.now() - note.recorded_at).total_seconds() < 60


def test_a_change_outside_is_noted_as_nobodys(reception: User) -> None:
    note = rename("Ada")

    assert (note.actor_id, note.role, note.reason, note.batch_id) == (None, "", "", None)


def test_a_password_is_not_written_into_a_note(reception: User) -> None:
    reception.set_password("correct horse")
    reception.save()

    notes = AuditEvent.objects.filter(target_table="accounts_user")

    assert all("password" not in (note.changes or {}) for note in notes)


def test_the_inner_actor_counts_and_the_outer_comes_back(reception: User, nurse: User, admin: User) -> None:
    with acting(nurse, "outer"):
        with acting(admin, "inner"):
            inner = rename("Ada")
        outer = rename("Eva")

    assert [(note.actor, note.reason) for note in (inner, outer)] == [(admin, "inner"), (nurse, "outer")]


def test_the_outer_actor_comes_back_after_an_exception(reception: User, nurse: User, admin: User) -> None:
    with acting(nurse, "outer"):
        with pytest.raises(ValueError, match="no"), acting(admin, "inner"):
            raise ValueError("no")
        note = rename("Ada")

    assert (note.actor, note.reason) == (nurse, "outer")


def test_the_outer_actor_comes_back_after_a_failed_statement(
    reception: User, nurse: User, admin: User
) -> None:
    with acting(nurse, "outer"):
        with pytest.raises(Exception, match="no_such_table"), acting(admin):
            connection.cursor().execute("SELECT 1 FROM no_such_table")
        note = rename("Ada")

    assert note.actor == nurse


def test_nobody_acts_after_the_block(nurse: User) -> None:
    with acting(nurse, "typing"):
        inside = told()

    assert inside == {"actor": str(nurse.pk), "reason": "typing"}
    assert told() == {"actor": "", "reason": ""}
    assert current(connection) == NOBODY


@pytest.mark.django_db(transaction=True)
def test_the_next_transaction_knows_nothing_of_the_last(nurse: User) -> None:
    with acting(nurse, "typing"):
        pass
    with transaction.atomic():
        after_commit = told()
    with pytest.raises(ValueError, match="no"), acting(nurse, "typing"):
        raise ValueError("no")
    with transaction.atomic():
        after_rollback = told()

    assert after_commit == after_rollback == {"actor": "", "reason": ""}


def test_what_was_undone_leaves_no_note(reception: User, nurse: User) -> None:
    with transaction.atomic():
        with acting(nurse):
            rename("Ada")
        transaction.set_rollback(True)

    assert not AuditEvent.objects.filter(target_table="accounts_user", action="update").exists()


def test_an_intent_is_one_row_and_one_query(
    ana: Patient, nurse: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        record_event(actor=nurse, action="read", target=ana, patient=ana, reason="ward round")

    note = AuditEvent.objects.get(source="event")
    assert (note.actor, note.role, note.action, note.reason) == (nurse, "nurse", "read", "ward round")
    assert (note.target_table, note.target_id, note.patient) == ("accounts_patient", str(ana.pk), ana)


def test_an_intent_takes_reason_and_batch_from_who_acts(nurse: User) -> None:
    with acting(nurse, "import", batch=9):
        record_event(actor=nurse, action="read")

    note = AuditEvent.objects.get(source="event")
    assert (note.reason, note.batch_id) == ("import", 9)


def test_both_kinds_of_note_name_the_same_database_role(reception: User) -> None:
    record_event(actor=reception, action="read")
    rename("Ada")

    assert AuditEvent.objects.values_list("db_role", flat=True).distinct().count() == 1


def test_an_unregistered_intent_is_refused(nurse: User) -> None:
    with pytest.raises(KeyError, match="Unregistered audit action: juggle"):
        record_event(actor=nurse, action="juggle")

    assert not AuditEvent.objects.filter(source="event").exists()


def test_a_note_reads_in_words(nurse: User) -> None:
    record_event(actor=nurse, action="read")

    assert AuditEvent.objects.get(source="event").action_label == "Read"
