"""Two files become one: what is asked, what is refused, what stands afterwards."""

from datetime import date, timedelta

import pytest

from accounts.errors import CannotMerge, FileClosed, NotAllowed, StaleVersion
from accounts.models import (
    AuditEvent,
    Patient,
    PatientAccess,
    PatientIdentifier,
    PatientMerge,
    PossibleTwin,
)
from accounts.services import archiving, merging
from accounts.tests.factories import PatientFactory, UserFactory

pytestmark = pytest.mark.django_db
BORN = date(1987, 3, 9)


@pytest.fixture
def stays():
    return PatientFactory(given_name="Anna", family_name="Silva", birth_date=BORN, gender="unknown")


@pytest.fixture
def goes():
    return PatientFactory(given_name="Ana", family_name="Silva", birth_date=BORN, city="Leeds")


def united(stays, goes, actor, now, **more):
    told = {"choices": {}, "reason": "Same passport", "versions": (stays.version, goes.version)}
    done = merging.merge(survivor=stays, loser=goes, actor=actor, now=now, **told | more)
    stays.refresh_from_db()
    goes.refresh_from_db()
    return done


def test_the_preview_names_differences_and_fills_what_is_empty(admin, now, stays, goes):
    shown = merging.preview(survivor=stays, loser=goes, actor=admin, now=now)

    told = {one.name: (one.survivor, one.loser, one.default) for one in shown.differences}
    assert told == {
        "given_name": ("Anna", "Ana", "survivor"),
        "gender": ("Not known", "Female", "loser"),
        "city": ("", "Leeds", "loser"),
    }
    assert (shown.counts, shown.clashes, shown.ends, shown.warnings) == ([], [], [], [])


def test_the_preview_warns_of_what_speaks_against_one_person(admin, now):
    one = PatientFactory(gender="male", birth_date=BORN)
    other = PatientFactory(gender="female", birth_date=date(1950, 1, 1), deceased_at=now)

    shown = merging.preview(survivor=one, loser=other, actor=admin, now=now)

    assert shown.warnings == [
        "The two files name different sexes.",
        "The two files have different dates of birth.",
        "One of the two files says that the patient has died.",
    ]


def test_chosen_values_stand_and_the_other_file_is_closed(admin, now, stays, goes):
    done = united(stays, goes, admin, now, choices={"given_name": "loser", "city": "survivor"})

    assert (stays.given_name, stays.city, stays.gender, stays.search_name) == (
        "Ana",
        "",
        "female",
        "ana silva",
    )
    assert (goes.merged_into, goes.archived_at) == (stays, now)
    assert (done.reason, done.merged_by, done.choices["gender"]) == ("Same passport", admin, "loser")
    assert not Patient.objects.current().filter(pk=goes.pk).exists()


def test_a_chain_leads_to_the_end(admin, now, stays, goes):
    last = PatientFactory(family_name="Costa")
    united(stays, goes, admin, now)
    united(last, stays, admin, now)

    assert (goes.survivor(), stays.survivor(), last.survivor()) == (last, last, last)
    assert list(Patient.objects.current().matching(goes.mrn)) == [last]


def test_a_merged_file_takes_no_more_rows(admin, now, stays, goes):
    united(stays, goes, admin, now)

    with pytest.raises(FileClosed):
        Patient.objects.held(goes)

    assert Patient.objects.held(stays) == stays


def test_a_merged_file_is_not_brought_back_but_by_undoing(admin, now, stays, goes):
    united(stays, goes, admin, now)

    with pytest.raises(archiving.CannotArchive, match="Undo the merge"):
        archiving.restore_patient(patient=goes, actor=admin, now=now)

    goes.refresh_from_db()
    assert goes.is_archived


@pytest.mark.parametrize("role", ["reception", "privacy"])
def test_only_administrators_merge(request, role, now, stays, goes):
    with pytest.raises(NotAllowed):
        united(stays, goes, request.getfixturevalue(role), now)

    assert not PatientMerge.objects.exists()


def test_one_file_is_not_merged_with_itself(admin, now, stays):
    with pytest.raises(CannotMerge, match="two different patients"):
        united(stays, stays, admin, now)


def test_an_archived_file_is_brought_back_first(admin, now, stays, goes):
    archiving.archive_patient(patient=goes, actor=admin, now=now)
    goes.refresh_from_db()

    with pytest.raises(CannotMerge, match="archived"):
        united(stays, goes, admin, now)


def test_a_file_is_merged_once(admin, now, stays, goes):
    united(stays, goes, admin, now)

    with pytest.raises(CannotMerge, match="already"):
        united(PatientFactory(), goes, admin, now)

    assert PatientMerge.objects.count() == 1


@pytest.mark.parametrize("versions", [(0, 1), (1, 0)])
def test_a_file_that_changed_meanwhile_is_looked_at_again(admin, now, stays, goes, versions):
    with pytest.raises(StaleVersion):
        united(stays, goes, admin, now, versions=versions)

    assert Patient.objects.current().count() == 2


@pytest.mark.parametrize("more", [{"reason": "  "}, {"choices": {"city": "both"}}])
def test_a_merge_says_why_and_chooses_of_two(admin, now, stays, goes, more):
    with pytest.raises(CannotMerge):
        united(stays, goes, admin, now, **more)

    assert not PatientMerge.objects.exists()


def test_the_own_account_goes_over_where_asked(admin, now, frozen, stays, goes):
    link = PatientAccess.objects.create(
        patient=goes, user=UserFactory(), kind="self", starts_at=now - timedelta(days=9)
    )

    united(stays, goes, admin, now, keeps_account=True)

    frozen.shift(timedelta(seconds=1))
    assert list(Patient.objects.of_user(link.user)) == [stays]


def test_no_second_own_account_goes_over(admin, now, stays, goes):
    for patient in (stays, goes):
        PatientAccess.objects.create(
            patient=patient, user=UserFactory(), kind="self", starts_at=now - timedelta(days=9)
        )

    with pytest.raises(CannotMerge, match="account already"):
        united(stays, goes, admin, now, keeps_account=True)

    assert PatientAccess.objects.filter(ends_at__isnull=True).count() == 2


def test_a_link_that_has_not_begun_never_holds(admin, now, stays, goes):
    later = now + timedelta(days=9)
    PatientAccess.objects.create(patient=goes, user=UserFactory(), kind="proxy", starts_at=later)

    united(stays, goes, admin, now)

    assert not PatientAccess.objects.open_at(later + timedelta(days=1)).exists()


def test_the_pair_is_decided_and_others_wait_for_the_survivor(admin, now, stays, goes):
    third = PatientFactory()
    PossibleTwin.objects.create(first=stays, second=goes, source="self", reasons=["name"])
    PossibleTwin.objects.create(first=goes, second=third, source="self", reasons=["sound"])

    united(stays, goes, admin, now)

    assert PossibleTwin.objects.of_pair(stays, goes).get().status == "merged"
    waiting = PossibleTwin.objects.waiting().get()
    assert ({waiting.first, waiting.second}, waiting.reasons) == ({stays, third}, ["sound"])


def test_a_merge_is_recorded_with_the_file_that_went(admin, now, stays, goes):
    united(stays, goes, admin, now)

    event = AuditEvent.objects.get(action="merge")
    told = (event.target_table, event.target_id, event.patient_id, event.reason)
    assert told == ("accounts_patient", str(goes.pk), stays.pk, "Same passport")


def test_a_number_that_both_files_have_stays_behind(admin, now, stays, goes):
    for patient in (stays, goes):
        PatientIdentifier.objects.create(patient=patient, type="SS", value="999-55-1234")
    PatientIdentifier.objects.create(patient=goes, type="PPN", value="X71")

    united(stays, goes, admin, now)

    held = PatientIdentifier.objects.values_list("patient", "type", "value").order_by("patient", "type")
    assert set(held) == {
        (stays.pk, "SS", "999-55-1234"),
        (stays.pk, "PPN", "X71"),
        (goes.pk, "SS", "999-55-1234"),
    }
