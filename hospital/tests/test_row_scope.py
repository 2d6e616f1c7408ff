"""Which patients open to whom, by relationship and grant."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.access import relationships
from accounts.models import Doctor, Patient, PatientAccess, User
from accounts.roles import TABLE, Role, reach
from clinical.models import Encounter
from scheduling.models import Appointment, AppointmentType, Status


@pytest.fixture
def visit(dr_rao: Doctor, ana: Patient, ben: Patient, clinic: Any) -> Appointment:
    """Ana's visit with Dr Rao, an hour from now; Ben has none."""
    kind = AppointmentType.objects.create(name="Visit", code="visit", minutes=30, step_minutes=30)
    start = timezone.now() + timedelta(minutes=1)
    return Appointment.objects.create(
        doctor=dr_rao,
        patient=ana,
        type=kind,
        location=clinic,
        department=dr_rao.department,
        start_at=start,
        end_at=start + timedelta(minutes=30),
        block_start=start,
        block_end=start + timedelta(minutes=30),
    )


def seen_by(user: Any) -> set[Patient]:
    return set(Patient.objects.visible_to(user))


OPENS = {Status.PENDING, Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED}


@pytest.mark.parametrize("status", Status.values)
def test_a_doctor_sees_the_patient_by_the_visits_status(
    status: str, visit: Appointment, dr_rao: Doctor, ana: Patient
) -> None:
    Appointment.objects.filter(pk=visit.pk).update(status=status, hold_expires_at=visit.end_at)

    assert seen_by(dr_rao.user) == ({ana} if status in OPENS else set())


@pytest.mark.parametrize(("days", "sees"), [(364, True), (366, False)])
def test_a_doctor_sees_a_treated_patient_for_a_year(
    days: int, sees: bool, visit: Appointment, dr_rao: Doctor, ana: Patient
) -> None:
    moved = timedelta(days=days)
    times = ["start_at", "end_at", "block_start", "block_end"]
    back = {name: getattr(visit, name) - moved for name in times}
    Appointment.objects.filter(pk=visit.pk).update(status=Status.FULFILLED, **back)

    assert seen_by(dr_rao.user) == ({ana} if sees else set())


def test_another_doctor_sees_nobody(visit: Appointment, dr_lee: Doctor) -> None:
    assert seen_by(dr_lee.user) == set()


def test_a_nurse_sees_todays_visits_of_the_own_department(
    visit: Appointment, nurse: User, ana: Patient, dermatology: Any
) -> None:
    assert seen_by(nurse) == {ana}

    User.objects.filter(pk=nurse.pk).update(department=dermatology)
    assert seen_by(User.objects.get(pk=nurse.pk)) == set()


def test_a_nurse_opens_the_chart_during_the_visit_only(
    visit: Appointment, nurse: User, dr_rao: Doctor, ana: Patient
) -> None:
    def charts() -> set[Patient]:
        return set(Patient.objects.visible_to(nurse, "clinical.view_chart"))

    before = charts()
    encounter = Encounter.objects.create(
        patient=ana, doctor=dr_rao, department=dr_rao.department, started_at=timezone.now()
    )
    during = charts()
    Encounter.objects.filter(pk=encounter.pk).update(status="finished", ended_at=timezone.now())

    assert (before, during, charts()) == (set(), {ana}, set())


def test_a_patient_sees_only_themselves(visit: Appointment, ana: Patient) -> None:
    assert seen_by(ana.user) == {ana}


@pytest.mark.parametrize("change", [{"ends_at": -1}, {"starts_at": 1}])
def test_sec_09_a_grant_that_ended_or_has_not_begun_opens_nothing(
    change: dict[str, int], ana: Patient
) -> None:
    moment = {name: timezone.now() + timedelta(hours=hours) for name, hours in change.items()}
    PatientAccess.objects.filter(patient=ana).update(**moment)

    assert seen_by(ana.user) == set()


def test_sec_10_a_revoked_role_counts_at_once(visit: Appointment, dr_rao: Doctor) -> None:
    User.objects.filter(pk=dr_rao.user_id).update(role="")

    assert seen_by(User.objects.get(pk=dr_rao.user_id)) == set()


def test_without_relationships_a_doctor_sees_nobody(
    visit: Appointment, dr_rao: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relationships, "known", {})

    assert seen_by(dr_rao.user) == set()


def test_the_row_question_does_not_ask_for_superuser(visit: Appointment, db: Any) -> None:
    stranger = User.objects.create_user("root@example.org", role="", given_name="Root", is_superuser=True)

    assert stranger.has_perm("accounts.view_patient")
    assert not stranger.has_perm("accounts.view_patient", visit.patient)
    assert seen_by(stranger) == set()


def test_createsuperuser_sets_the_role_of_administrators(db: Any) -> None:
    user = User.objects.create_superuser("Root@Example.org", "a long password", given_name="Root")

    assert (user.role, user.email, user.is_staff) == (Role.ADMIN, "root@example.org", True)


def test_a_switched_off_account_may_nothing(ana: Patient) -> None:
    ana.user.is_active = False

    assert not any(ana.user.has_perm(permission) for permission in TABLE[Role.PATIENT])


def test_strangers_have_the_public_pages_only() -> None:
    open_to_strangers = {
        permission for table in TABLE.values() for permission in table if reach(AnonymousUser(), permission)
    }

    assert open_to_strangers == {"accounts.view_doctor", "accounts.view_department"}


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.PRIVACY, Role.ADMIN])
def test_is_staff_follows_the_role(role: str) -> None:
    assert User(role=role).is_staff
    assert not User(role=Role.DOCTOR).is_staff


@pytest.mark.parametrize(("scopes", "sees"), [(["appointments"], True), (["records"], False), ([], False)])
def test_a_grant_opens_only_its_scopes(
    scopes: list[str], sees: bool, visit: Appointment, ana: Patient
) -> None:
    PatientAccess.objects.filter(patient=ana).update(scopes=scopes)

    assert list(Appointment.objects.visible_to(ana.user)) == ([visit] if sees else [])


def test_an_account_opens_nothing_of_the_dead(visit: Appointment, ana: Patient, ben: Patient) -> None:
    PatientAccess.objects.create(patient=ana, user=ben.user, kind="proxy")
    assert (seen_by(ana.user), seen_by(ben.user)) == ({ana}, {ana, ben})

    Patient.objects.filter(pk=ana.pk).update(deceased_at=timezone.now())

    assert (seen_by(ana.user), seen_by(ben.user)) == (set(), {ben})
    assert list(Appointment.objects.visible_to(ana.user)) == []


def test_the_dead_are_not_registered_again(ana: Patient, client: Any) -> None:
    Patient.objects.filter(pk=ana.pk).update(deceased_at=timezone.now())
    client.force_login(ana.user)

    answer = client.get("/patient/")

    assert answer.status_code == 200
    assert ana.mrn not in answer.content.decode()
    assert Patient.objects.count() == 1
