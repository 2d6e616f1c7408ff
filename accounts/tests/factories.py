"""People and places for tests."""

from datetime import date
from typing import Any

import factory
from django.db import transaction
from factory.django import DjangoModelFactory

from accounts.models import Department, Doctor, Location, MrnCounter, Patient, User
from accounts.roles import Role


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department

    name = factory.Sequence(lambda n: f"Department {n}")


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location

    name = factory.Sequence(lambda n: f"Building {n}")
    time_zone = "Europe/London"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    role = Role.PATIENT
    given_name = "Sam"
    family_name = factory.Sequence(lambda n: f"Person{n}")

    @factory.post_generation
    def password(user: Any, create: bool, extracted: str | None, **kwargs: Any) -> None:
        user.set_password(extracted or "correct horse battery")
        if create:
            user.save(update_fields=["password"])


class DoctorFactory(DjangoModelFactory):
    class Meta:
        model = Doctor

    given_name = "Dana"
    family_name = factory.Sequence(lambda n: f"Doctor{n}")
    specialty = "Cardiology"
    department = factory.SubFactory(DepartmentFactory)
    location = factory.SubFactory(LocationFactory)


def next_mrn() -> str:
    with transaction.atomic():
        return MrnCounter.take()[0]


class PatientFactory(DjangoModelFactory):
    class Meta:
        model = Patient

    mrn = factory.LazyFunction(next_mrn)
    given_name = "Pat"
    family_name = factory.Sequence(lambda n: f"Patient{n}")
    birth_date = date(1980, 5, 17)
    gender = "female"
