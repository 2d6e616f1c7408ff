"""A merge taken back: what returns, what stays, and when it is too late."""

from datetime import timedelta

import pytest

from accounts.errors import CannotUndo, NotAllowed
from accounts.models import AuditEvent, Patient, PatientAccess, PossibleTwin
from accounts.services import merging
from accounts.services.exporting import export_patient
from accounts.tests.factories import PatientFactory, UserFactory
from accounts.tests.test_merging import united

pytestmark = pytest.mark.django_db


@pytest.fixture
def stays():
    return PatientFactory(given_name="Anna", family_name="Silva")


@pytest.fixture
def goes(now):
    patient = PatientFactory(given_name="Ana", family_name="Silva", city="Leeds", phone="+442079460123")
    PatientAccess.objects.create(
        patient=patient, user=UserFactory(), kind="self", starts_at=now - timedelta(days=9)
    )
    return patient


def fresh(*patients):
    return [Patient.objects.get(pk=patient.pk) for patient in patients]


@pytest.mark.parametrize("keeps_account", [False, True])
def test_undone_both_files_are_as_they_were(admin, now, stays, goes, keeps_account):
    before = [export_patient(patient) for patient in fresh(stays, goes)]
    done = united(stays, goes, admin, now, choices={"given_name": "loser"}, keeps_account=keeps_account)

    found = merging.undo(merge=done, actor=admin, now=now)

    done.refresh_from_db()
    assert [export_patient(patient) for patient in fresh(stays, goes)] == before
    assert (found.kept, done.undone_by, done.undone_at) == ([], admin, now)
    assert AuditEvent.objects.get(action="unmerge").target_id == str(goes.pk)


def test_a_value_changed_since_stays_and_is_told(admin, now, stays, goes):
    done = united(stays, goes, admin, now)
    stays.city = "York"
    stays.save()

    told = merging.preview_undo(merge=done, actor=admin, now=now)
    found = merging.undo(merge=done, actor=admin, now=now)

    [stays] = fresh(stays)
    assert found.kept == told.kept == ["Patient: “town or city” was changed since and stays."]
    assert (stays.city, str(stays.phone)) == ("York", "")


def test_a_link_whose_account_is_somebody_else_by_now_stays_closed(admin, now, stays, goes):
    done = united(stays, goes, admin, now)
    link = PatientAccess.objects.get(patient=goes)
    PatientAccess.objects.create(patient=PatientFactory(), user=link.user, kind="self", starts_at=now)

    found = merging.undo(merge=done, actor=admin, now=now)

    link.refresh_from_db()
    assert link.ends_at == now
    assert found.kept == ["Access to a patient: something else stands in its place, so it stays as it is."]


def test_the_pair_waits_for_a_decision_again(admin, now, stays, goes):
    third = PatientFactory()
    PossibleTwin.objects.create(first=stays, second=goes, source="self")
    PossibleTwin.objects.create(first=goes, second=third, source="self")
    before = list(PossibleTwin.objects.values())

    done = united(stays, goes, admin, now)
    merging.undo(merge=done, actor=admin, now=now)

    assert list(PossibleTwin.objects.values()) == before


def test_after_thirty_days_it_stays(admin, now, stays, goes):
    done = united(stays, goes, admin, now)

    with pytest.raises(CannotUndo, match="30 days"):
        merging.undo(merge=done, actor=admin, now=now + timedelta(days=30, seconds=1))

    assert fresh(goes)[0].merged_into == stays


def test_it_is_undone_once(admin, now, stays, goes):
    done = united(stays, goes, admin, now)
    merging.undo(merge=done, actor=admin, now=now)

    with pytest.raises(CannotUndo, match="already"):
        merging.undo(merge=done, actor=admin, now=now)


def test_of_a_chain_the_last_merge_is_undone_first(admin, now, stays, goes):
    last = PatientFactory()
    before = [export_patient(patient) for patient in fresh(stays, goes, last)]
    first = united(stays, goes, admin, now)
    second = united(last, stays, admin, now)

    with pytest.raises(CannotUndo, match="Undo that merge first"):
        merging.undo(merge=first, actor=admin, now=now)

    merging.undo(merge=second, actor=admin, now=now)
    merging.undo(merge=first, actor=admin, now=now)
    assert [export_patient(patient) for patient in fresh(stays, goes, last)] == before


def test_only_administrators_undo(admin, reception, now, stays, goes):
    done = united(stays, goes, admin, now)

    with pytest.raises(NotAllowed):
        merging.undo(merge=done, actor=reception, now=now)

    done.refresh_from_db()
    assert done.undone_at is None
