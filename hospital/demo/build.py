"""Builds the demo through the same services that people use."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress

from accounts.audit import acting
from accounts.models import Department, Doctor, Location, Patient, PatientAccess, User
from accounts.roles import Role
from accounts.services.registration import register_patient
from hospital.demo.people import Person, people
from hospital.demo.places import HOURS, PHYSICIANS, PLACES, TIME_ZONE, TYPES, WARDS, Physician
from scheduling.models import AppointmentType, AvailabilityRule

PASSWORD = "hospital-demo"
DOMAIN = "example.org"


@dataclass
class Demo:
    """What was built, by name, for the steps after it."""

    admin: User
    reception: User
    departments: dict[str, Department] = field(default_factory=dict)
    places: list[Location] = field(default_factory=list)
    types: dict[str, AppointmentType] = field(default_factory=dict)
    doctors: list[Doctor] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)


def account(name: str, role: Role, given_name: str, family_name: str, **fields: Any) -> User:
    """An account that may sign in at once with the demo's password."""
    email = f"{name}@{DOMAIN}"
    user = User.objects.create_user(
        email, PASSWORD, role=role, given_name=given_name, family_name=family_name, **fields
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def build_people_and_places(now: datetime) -> Demo:
    admin = account("admin", Role.ADMIN, "Rosa", "Admin")
    with acting(admin, reason="demo"):
        demo = Demo(admin=admin, reception=account("reception", Role.RECEPTION, "Peter", "Front"))
        account("privacy", Role.PRIVACY, "Nadia", "Ward")
        build_places(demo)
        account("nurse", Role.NURSE, "Kofi", "Boateng", department=demo.departments["Cardiology"])
        for number, physician in enumerate(PHYSICIANS):
            build_doctor(demo, number, physician)
        for person in people():
            build_patient(demo, person, now)
    return demo


def build_places(demo: Demo) -> None:
    for ward in WARDS:
        demo.departments[ward.name] = Department.objects.create(
            name=ward.name,
            description=ward.description,
            opening_hours=ward.opening_hours,
            phone=ward.phone,
        )
    for name, address, city, postal_code in PLACES:
        place = Location(name=name, address=address, city=city, postal_code=postal_code, time_zone=TIME_ZONE)
        place.save()
        demo.places.append(place)
    for kind in TYPES:
        demo.types[kind.code] = AppointmentType.objects.create(
            name=kind.name,
            code=kind.code,
            minutes=kind.minutes,
            step_minutes=kind.step,
            buffer_after_minutes=kind.after,
            patients_may_book=kind.bookable,
            needs_approval=kind.needs_approval,
            daily_limit=kind.daily_limit,
            description=kind.words,
            preparation=kind.preparation,
        )


def build_doctor(demo: Demo, number: int, physician: Physician) -> None:
    name = "doctor" if number == 0 else f"doctor{number + 1}"
    doctor = Doctor.objects.create(
        user=account(name, Role.DOCTOR, physician.given_name, physician.family_name),
        given_name=physician.given_name,
        family_name=physician.family_name,
        gender=physician.gender,
        specialty=physician.specialty,
        department=demo.departments[physician.department],
        location=demo.places[number % len(demo.places)],
        languages=physician.languages,
        biography=physician.biography,
        licence_number=f"DEMO-{number + 1:04d}",
    )
    demo.doctors.append(doctor)
    # The doctor who signs in works every weekday, so that a demo has a day to show; others rest on one.
    for weekday in range(5):
        if number == 0 or weekday != number % 5:
            build_hours(doctor, weekday)


def build_hours(doctor: Doctor, weekday: int) -> None:
    for start, end in HOURS:
        AvailabilityRule.objects.create(
            doctor=doctor,
            department=doctor.department,
            location=doctor.location,
            weekday=weekday,
            start_time=start,
            end_time=end,
        )


def build_patient(demo: Demo, person: Person, now: datetime) -> None:
    patient = register_patient(
        actor=demo.admin,
        now=now,
        asks=False,
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        gender=person.gender,
        phone=person.phone,
        address=person.address,
        city="London",
    )
    demo.patients.append(patient)
    if person.number == 0:
        user = account("patient", Role.PATIENT, person.given_name, person.family_name)
        PatientAccess.objects.create(
            patient=patient, user=user, kind=PatientAccess.Kind.SELF, starts_at=now, granted_by=demo.admin
        )
