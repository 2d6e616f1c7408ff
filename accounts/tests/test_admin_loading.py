"""From a file to its result in the back office: five steps, by the pages as a person sends them."""

import pytest

from accounts.models import AuditEvent, LoadBatch, Patient
from accounts.tests.loads import (
    GOOD,
    HEADER,
    ONE_FAULTY,
    checked,
    columns,
    confirmation,
    loaded,
    page,
    send,
    uploaded,
)
from accounts.tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, admin):
    client.force_login(admin)
    return client


def test_five_steps_from_a_file_to_its_result(desk, admin):
    batch = uploaded(desk, GOOD)
    match = desk.get(page("columns", batch))
    dry_run = desk.post(page("columns", batch), columns(desk, batch), follow=True)
    batch.refresh_from_db()
    confirm = desk.get(page("confirm", batch))
    nothing_yet = Patient.objects.count()
    result = desk.post(page("confirm", batch), confirmation(batch), follow=True)
    batch.refresh_from_db()

    shown = [text_of(answer) for answer in (desk.get(page("add")), match, dry_run, confirm, result)]
    assert [f"Step {number} of 5" in words for number, words in enumerate(shown, start=1)] == [True] * 5
    assert nothing_yet == 0
    assert {patient.full_name for patient in Patient.objects.all()} == {"Ana Silva", "Ben Okafor"}
    assert (batch.status, batch.counts["patients"]["created"], batch.actor) == ("finished", 2, admin)
    assert "Loaded on" in shown[4]
    assert "under your name, Sam" in shown[3]


def test_the_audit_notes_every_row_under_the_name_of_who_confirmed(desk, admin):
    batch = loaded(desk, GOOD)

    rows = AuditEvent.objects.filter(batch_id=batch.pk, target_table="accounts_patient")
    word = AuditEvent.objects.get(action="load")
    assert [row.actor for row in rows] == [admin, admin]
    assert (word.actor, word.target_id) == (admin, str(batch.pk))


def test_faulty_rows_hold_back_all_others_until_the_box_is_ticked(desk):
    batch = checked(desk, ONE_FAULTY)

    dry_run = text_of(desk.get(page("check", batch)))
    refused = desk.post(page("confirm", batch), confirmation(batch))
    untouched = Patient.objects.count()
    desk.post(page("confirm", batch), confirmation(batch, keep_going="on"))
    batch.refresh_from_db()

    assert "1 row cannot be loaded" in dry_run and "31/02/1990" in dry_run
    assert (refused.status_code, untouched) == (422, 0)
    assert "Tick the box" in text_of(refused)
    assert (batch.status, batch.counts["patients"]["created"], batch.counts["patients"]["refused"]) == (
        "finished",
        2,
        1,
    )


def test_the_faulty_rows_come_as_a_file_that_loads_when_it_is_mended(desk):
    batch = loaded(desk, ONE_FAULTY)

    answer = desk.get(page("errors", batch))
    faulty = b"".join(answer.streaming_content).decode("utf-8-sig")
    mended = loaded(desk, faulty.replace("31/02/1990", "1990-02-28"), name="mended.csv")

    assert answer["Content-Disposition"] == 'attachment; filename="patients-errors.csv"'
    assert faulty.count("\n") == 2 and "P3,Cy,Dent" in faulty
    assert mended.counts["patients"]["created"] == 1
    assert Patient.objects.count() == 3


def test_the_same_file_twice_creates_nothing_and_the_page_says_so(desk):
    loaded(desk, GOOD)
    again = checked(desk, GOOD)

    dry_run = text_of(desk.get(page("check", again)))
    result = desk.post(page("confirm", again), confirmation(again), follow=True)
    again.refresh_from_db()

    assert "there is nothing new to load" in dry_run
    assert "nothing was added or changed" in text_of(result)
    assert again.counts["patients"] == {
        "created": 0,
        "updated": 0,
        "unchanged": 2,
        "skipped": 0,
        "refused": 0,
    }
    assert Patient.objects.count() == 2


def test_columns_are_guessed_and_what_is_needed_is_asked_for_in_words(desk):
    batch = uploaded(desk, "Pat ID;Forename;Surname;Geboren;Shoe size\nP1;Ana;Silva;17.05.1980;39\n")

    shown = desk.get(page("columns", batch))
    refused = desk.post(page("columns", batch), columns(desk, batch))
    chosen = columns(desk, batch, column__BIRTH_DATE="GEBOREN", dates="DD.MM.YYYY", value__GENDER="female")
    desk.post(page("columns", batch), chosen)
    batch.refresh_from_db()

    words = text_of(shown)
    guessed = {name: shown.context["form"][name].value() for name in ("column-ID", "column-FAMILY_NAME")}
    assert guessed == {"column-ID": "PAT ID", "column-FAMILY_NAME": "SURNAME"}
    assert "Column for Date of birth" in words and "(needed)" in words
    assert shown.context["unread"] == ["GEBOREN", "SHOE SIZE"]
    assert refused.status_code == 422
    assert "Choose the column for Date of birth, or write a value that holds for every row" in text_of(
        refused
    )
    assert batch.counts["patients"]["created"] == 1
    assert batch.options["mapping"]["fixed"] == {"GENDER": "female"}


def test_a_value_beside_a_column_stands_for_its_blank_cells(desk):
    batch = uploaded(desk, GOOD.replace("Silva", ""))
    desk.post(page("columns", batch), columns(desk, batch, value__FAMILY_NAME="Unknown"))
    batch.refresh_from_db()
    desk.post(page("confirm", batch), confirmation(batch))

    assert {patient.full_name for patient in Patient.objects.all()} == {"Ana Unknown", "Ben Okafor"}


def test_the_matching_is_kept_when_the_file_is_chosen_anew(desk):
    batch = uploaded(desk, GOOD)
    desk.post(page("columns", batch), columns(desk, batch, column__GENDER=""))
    said = {"kind": "patients", "delimiter": ",", "system": "Old house"}
    desk.post(page("upload", batch), said)
    batch.refresh_from_db()

    assert columns(desk, batch)["column-GENDER"] == ""
    assert (batch.system, batch.options["mapping"]["delimiter"], batch.report) == ("Old house", ",", {})


def test_only_what_was_looked_at_is_loaded(desk):
    batch = checked(desk, GOOD)
    stale = confirmation(batch)
    desk.post(page("columns", batch), columns(desk, batch, column__GENDER=""))

    answer = desk.post(page("confirm", batch), stale, follow=True)

    assert "changed since you looked" in text_of(answer)
    assert Patient.objects.count() == 0
    assert LoadBatch.objects.get().status == "draft"


def test_two_presses_load_once(desk):
    batch = checked(desk, GOOD)
    word = confirmation(batch)

    first = desk.post(page("confirm", batch), word)
    second = desk.post(page("confirm", batch), word)

    assert [answer.url for answer in (first, second)] == [page("result", batch)] * 2
    assert AuditEvent.objects.filter(action="load").count() == 1
    assert Patient.objects.count() == 2


def test_two_presses_of_the_first_step_make_one_draft(desk):
    key = "4b4ad9a8-4b5f-4b57-9b66-3f0f7f7b3b10"

    answers = [send(desk, GOOD, key=key), send(desk, GOOD, key=key)]

    assert {answer.status_code for answer in answers} == {302}
    assert LoadBatch.objects.count() == 1


def test_a_list_to_fill_in_loads_as_it_is(desk):
    sample = desk.get(page("template"), {"kind": "patients"})

    batch = checked(desk, sample.content)

    assert sample["Content-Type"] == "text/csv; charset=utf-8"
    assert batch.counts["patients"]["refused"] == 0
    assert batch.counts["patients"]["created"] == 2


def test_the_list_leads_to_where_each_load_stands(desk):
    draft, done = uploaded(desk, GOOD), loaded(desk, HEADER + "P9,Di,Ede,1990-01-01,female\n")

    listed = desk.get(page("changelist")).content.decode()

    assert f'href="{page("columns", draft)}"' in listed
    assert f'href="{page("result", done)}"' in listed
    assert "1 new" in listed


def test_a_load_is_undone_by_its_page_with_a_reason(desk, admin):
    batch = loaded(desk, GOOD)
    question = text_of(desk.get(page("undo", batch)))
    silent = desk.post(page("undo", batch), {"reason": ""})
    still = Patient.objects.count()
    done = desk.post(page("undo", batch), {"reason": "The wrong file"}, follow=True)
    batch.refresh_from_db()

    assert "What goes" in question
    assert (silent.status_code, still) == (422, 2)
    assert "Undone on" in text_of(done)
    assert (batch.status, batch.undone_by, Patient.objects.count()) == ("undone", admin, 0)


def test_undoing_asks_for_its_own_right(desk, admin, monkeypatch):
    from accounts.roles import TABLE, Role

    batch = loaded(desk, GOOD)
    monkeypatch.delitem(TABLE[Role.ADMIN], "accounts.undo_load")

    assert "Undo this load" not in text_of(desk.get(page("result", batch)))
    assert desk.get(page("undo", batch)).status_code == 403
    assert desk.post(page("undo", batch), {"reason": "x"}).status_code == 403
