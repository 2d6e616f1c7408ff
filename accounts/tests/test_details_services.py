"""Wishes for other details are asked for and decided: what is written, what is refused, what a merge does."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from accounts import outbox
from accounts.errors import DetailsDecided, FileArchived, FileClosed, NotAllowed, StaleVersion
from accounts.models import AuditEvent, DetailsChange, Message, Patient, PatientAccess, PossibleTwin
from accounts.services import merging
from accounts.services.details import Verdict, Wish, request_changes, review
from accounts.tests.factories import PatientFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
YES, NO = Verdict(True), Verdict(False, "No proof")


def wish(patient, field="city", wanted="York", **more):
    told = {"patient": patient, "requested_by": patient.user, "field": field, "wanted": wanted}
    return DetailsChange.objects.create(**told | more)


def decide(patient, actor, now, verdicts, **more):
    told = {"version": patient.version, "verdicts": {row.pk: verdict for row, verdict in verdicts.items()}}
    return review(patient=patient, actor=actor, now=now, **told | more)


def states(patient):
    rows = DetailsChange.objects.filter(patient=patient).order_by("pk")
    return [(row.field, row.status, row.reason) for row in rows]


def merged(stays, goes, actor, now):
    told = {"choices": {}, "reason": "Same passport", "versions": (stays.version, goes.version)}
    return merging.merge(survivor=stays, loser=goes, actor=actor, now=now, **told)


def test_the_service_asks_who_acts(ana, ben, dr_rao, reception, now):
    for actor in (ben.user, dr_rao.user, reception):
        with pytest.raises(NotAllowed):
            request_changes(patient=ana, wishes={"city": Wish("", "York")}, actor=actor, now=now)

    assert not DetailsChange.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"city": "Y" * 101}, {"email": "no"}, {"given_name": ""}, {"phone": "12"}]
)
def test_a_value_that_the_file_cannot_take_is_not_even_asked_for(ana, now, fields):
    wishes = {name: Wish("", text) for name, text in fields.items()}

    with pytest.raises(ValidationError) as refusal:
        request_changes(patient=ana, wishes=wishes, actor=ana.user, now=now)

    assert refusal.value.message_dict.keys() == fields.keys()
    assert not DetailsChange.objects.exists()


def test_a_column_that_is_no_detail_is_refused(ana, now):
    with pytest.raises(ValueError, match="mrn"):
        request_changes(patient=ana, wishes={"mrn": Wish("", "1")}, actor=ana.user, now=now)


def test_an_archived_or_merged_file_takes_no_wish(ana, now):
    told = {"wishes": {"city": Wish("", "York")}, "actor": ana.user, "now": now}
    Patient.objects.filter(pk=ana.pk).update(archived_at=now)
    with pytest.raises(FileArchived, match="Call us"):
        request_changes(patient=ana, **told)

    Patient.objects.filter(pk=ana.pk).update(merged_into=PatientFactory())
    with pytest.raises(FileClosed):
        request_changes(patient=ana, **told)

    assert not DetailsChange.objects.exists()


def test_the_database_keeps_one_open_wish_a_field_and_each_as_it_was_asked(ana):
    row = wish(ana)

    with pytest.raises(IntegrityError), transaction.atomic():
        wish(ana, wanted="Hull")
    for change in ({"wanted": "Hull"}, {"old": "x"}, {"field": "state"}, {"patient": PatientFactory()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            DetailsChange.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()

    assert states(ana) == [("city", "requested", "")]


def test_accepted_details_stand_on_the_file_and_refused_ones_have_a_reason(ana, reception, now):
    born, city, phone = (
        wish(ana, "birth_date", "1980-05-18"),
        wish(ana),
        wish(ana, "phone", "+442079460999"),
    )
    version = ana.version

    decide(ana, reception, now, {born: YES, city: NO, phone: YES})

    ana.refresh_from_db()
    told = (ana.birth_date, ana.city, str(ana.phone), ana.version)
    assert told == (date(1980, 5, 18), "", "+442079460999", version + 1)
    assert states(ana) == [
        ("birth_date", "completed", ""),
        ("city", "rejected", "No proof"),
        ("phone", "completed", ""),
    ]
    events = AuditEvent.objects.filter(target_table="accounts_patient", action="update")
    (event,) = [event for event in events if "birth_date" in event.changes]
    assert (event.actor, event.changes["birth_date"]) == (reception, ["1980-05-17", "1980-05-18"])


def test_a_new_name_is_found_by_it(ana, reception, now):
    decide(ana, reception, now, {wish(ana, "family_name", "Müller"): YES})

    assert list(Patient.objects.matching("ana muller")) == [ana]


@pytest.mark.parametrize("change", [{"status": "requested"}, {"reason": "x"}, {"decided_by": None}])
def test_a_decision_stays(ana, reception, now, change):
    row = wish(ana)
    decide(ana, reception, now, {row: NO})

    with pytest.raises(DatabaseError), transaction.atomic():
        DetailsChange.objects.filter(pk=row.pk).update(**change)

    assert states(ana) == [("city", "rejected", "No proof")]


@pytest.mark.parametrize("role", ["ana_user", "nurse", "privacy"])
def test_only_the_desk_decides(request, ana, role, now):
    row = wish(ana)

    with pytest.raises(NotAllowed):
        decide(ana, request.getfixturevalue(role), now, {row: YES})

    assert states(ana) == [("city", "requested", "")]


def test_nothing_is_refused_without_a_reason(ana, reception, now):
    with pytest.raises(ValidationError):
        decide(ana, reception, now, {wish(ana): Verdict(False, "  ")})

    assert states(ana) == [("city", "requested", "")]


def test_a_file_that_changed_meanwhile_is_shown_with_both_values(ana, reception, now):
    row = wish(ana, "phone", "+442079460999")
    seen = ana.version
    Patient.objects.filter(pk=ana.pk).update(phone="+442079460777", version=seen + 1)

    with pytest.raises(StaleVersion) as refusal:
        decide(ana, reception, now, {row: YES}, version=seen)

    assert refusal.value.rows == [("Phone", "+44 20 7946 0999", "+44 20 7946 0777")]
    assert refusal.value.version == seen + 1
    assert states(ana) == [("phone", "requested", "")]


def test_what_stands_already_is_accepted_without_a_new_version(ana, reception, now):
    Patient.objects.filter(pk=ana.pk).update(city="York")
    version = ana.version

    decide(ana, reception, now, {wish(ana): YES})

    ana.refresh_from_db()
    assert (ana.version, states(ana)) == (version, [("city", "completed", "")])


def test_a_wish_that_was_replaced_or_decided_meanwhile_is_not_written(ana, ben, reception, admin, now):
    row, taken = wish(ana), wish(ana, "state", "Kent", status="cancelled")
    decide(ana, reception, now, {row: NO})

    for verdicts in ({row: YES}, {taken: YES}, {wish(ben): YES}):
        with pytest.raises(DetailsDecided):
            decide(ana, admin, now, verdicts)

    ana.refresh_from_db()
    assert (ana.city, ana.state) == ("", "")
    assert states(ben) == [("city", "requested", "")]


def test_the_same_decision_sent_twice_is_one(ana, reception, now):
    verdicts = {wish(ana): YES, wish(ana, "state", "Kent"): NO}

    for _time in range(2):
        decide(ana, reception, now, verdicts)

    ana.refresh_from_db()
    assert (ana.city, ana.version) == ("York", 2)
    assert Message.objects.filter(kind="details-reviewed").count() == 1


def test_a_value_that_the_file_cannot_take_changes_nothing(ana, reception, now):
    rows = {wish(ana, "email", "not an address"): YES, wish(ana): YES}

    with pytest.raises(ValidationError):
        decide(ana, reception, now, rows)

    ana.refresh_from_db()
    assert (ana.city, ana.version) == ("", 1)


@pytest.mark.parametrize(("closed", "error"), [("archived_at", FileArchived), ("merged_into", FileClosed)])
def test_a_closed_file_does_not_change(ana, ben, reception, now, closed, error):
    row = wish(ana)
    Patient.objects.filter(pk=ana.pk).update(**{closed: now if closed == "archived_at" else ben})

    with pytest.raises(error):
        decide(ana, reception, now, {row: YES})

    assert states(ana) == [("city", "requested", "")]


def test_somebody_alike_is_looked_for_again(ana, reception, now):
    other = PatientFactory(given_name="Ana", family_name="Souza", birth_date=ana.birth_date)

    found = decide(ana, reception, now, {wish(ana, "family_name", "Souza"): YES})

    pair = PossibleTwin.objects.get()
    assert ({pair.first, pair.second}, pair.source, pair.status) == ({ana, other}, "edit", "open")
    assert found == 1


def test_who_asked_gets_one_message_without_what_it_is_about(ana, reception, now, mailoutbox):
    decide(ana, reception, now, {wish(ana): YES, wish(ana, "phone", "+442079460999"): NO})

    outbox.send_due()

    (mail,) = mailoutbox
    words = f"{mail.subject} {mail.body} {mail.alternatives}"
    assert (mail.to, "/patient/details/" in words) == ([ana.user.email], True)
    assert not [word for word in ("York", "9460", "No proof", "Silva", ana.mrn) if word in words]


def test_who_acts_no_longer_gets_no_message(ana, reception, now, mailoutbox):
    decide(ana, reception, now, {wish(ana): YES})
    PatientAccess.objects.filter(patient=ana).update(ends_at=now - timedelta(days=1))

    assert outbox.send_due()["skipped"] == 1
    assert mailoutbox == []


def test_wishes_follow_a_merge_and_the_newer_of_two_waits_on(ana, ben, admin, now):
    old = wish(ana, happened_at=now - timedelta(days=2))
    new, other = wish(ben, wanted="Hull", happened_at=now - timedelta(days=1)), wish(ben, "state", "Kent")
    decided = wish(ben, "city", "Bath", status="completed", decided_by=admin, decided_at=now)
    done = merged(ana, ben, admin, now)

    follows = DetailsChange.objects.filter(patient=ana).order_by("pk")
    assert [(row, row.status) for row in follows] == [
        (old, "cancelled"), (new, "requested"), (other, "requested"), (decided, "completed"),
    ]  # fmt: skip

    undone = merging.undo(merge=done, actor=admin, now=now)

    assert (states(ana), undone.kept) == ([("city", "requested", "")], [])
    assert states(ben) == [("city", "requested", ""), ("state", "requested", ""), ("city", "completed", "")]
