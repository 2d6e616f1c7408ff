"""Rows of a chart for tests, put straight into their tables."""

from datetime import UTC, datetime

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from accounts.tests.factories import PatientFactory, UserFactory
from clinical.measures import BLOOD_PRESSURE
from clinical.models import (
    Allergy,
    CorrectionRequest,
    Document,
    Immunization,
    LabResult,
    NoteTemplate,
    VitalSign,
)

TAKEN = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)


class PatientRowFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    patient = factory.SubFactory(PatientFactory)
    recorded_by = factory.SubFactory(UserFactory)


class AllergyFactory(PatientRowFactory):
    class Meta:
        model = Allergy

    display = factory.Sequence(lambda n: f"Substance {n}")


class VitalSignFactory(PatientRowFactory):
    class Meta:
        model = VitalSign

    code = BLOOD_PRESSURE
    value, second_value, unit = 128, 82, "mm[Hg]"
    taken_at = TAKEN


class LabResultFactory(PatientRowFactory):
    """Final and released."""

    class Meta:
        model = LabResult

    display = factory.Sequence(lambda n: f"Test {n}")
    value_quantity, unit, status = 5, "mmol/L", "final"
    taken_at = reported_at = released_at = TAKEN


class ImmunizationFactory(PatientRowFactory):
    class Meta:
        model = Immunization

    display = factory.Sequence(lambda n: f"Vaccine {n}")
    happened_at = TAKEN


class DocumentFactory(PatientRowFactory):
    """Not released to the patient."""

    class Meta:
        model = Document

    title = factory.Sequence(lambda n: f"Letter {n}")
    file = factory.LazyFunction(lambda: ContentFile(b"A letter.", name="letter.txt"))
    content_type, size, sha256 = "text/plain", 9, "0" * 64


class CorrectionRequestFactory(PatientRowFactory):
    class Meta:
        model = CorrectionRequest

    patient = factory.SelfAttribute("record.patient")
    text = "The wrong knee"


class NoteTemplateFactory(DjangoModelFactory):
    class Meta:
        model = NoteTemplate

    name = factory.Sequence(lambda n: f"Template {n}")
