"""The record of an encounter, its seal, and what was added later."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient, PatientAccess
from accounts.models.base import PublicModel, VersionedModel
from accounts.models.merging import MOVE
from accounts.triggers import AppendOnly, AuditRows, ImmutableWhen
from clinical.errors import SignedRecord
from clinical.models.closing import ClosingModel, ClosingQuerySet
from clinical.models.encounter import ClinicalQuerySet, Encounter


class RecordStatus(models.TextChoices):
    """FHIR R4 composition status."""

    PRELIMINARY = "preliminary", _("Draft")
    FINAL = "final", _("Signed")
    AMENDED = "amended", _("Amended")
    ENTERED_IN_ERROR = "entered-in-error", _("Entered in error")


SIGNED = ["final", "amended"]
# A note that is older and still a draft is late.
SIGNED_BY = timedelta(hours=48)


class MedicalRecordQuerySet(ClosingQuerySet, ClinicalQuerySet):
    doctor_path = "encounter__doctor__user"
    closed_when = Q(signed_at__isnull=False)
    still_open = frozenset({"status", "released_at", "version"})
    refusal = SignedRecord

    def released(self) -> Q:
        return Q(status__in=SIGNED, released_at__lte=timezone.now())

    def readable_by_patients(self) -> Self:
        return self.filter(self.released())

    def signed(self) -> Self:
        return self.filter(status__in=SIGNED)

    def unsigned(self) -> Self:
        return self.filter(status=RecordStatus.PRELIMINARY)

    def late(self, now: datetime) -> Self:
        """Drafts that were begun more than 48 hours ago."""
        return self.unsigned().filter(recorded_at__lt=now - SIGNED_BY)

    def latest_of(self, encounter: Encounter) -> "MedicalRecord | None":
        """The record that counts: the highest revision that is not entered in error."""
        valid = self.filter(encounter=encounter).exclude(status=RecordStatus.ENTERED_IN_ERROR)
        return valid.order_by("-revision").first()

    def held_back_from(self, user: Any) -> Self:
        """Signed and not released yet, of those for whom the account may act: told of without a word of their text."""
        patients = PatientAccess.objects.open_to(user, "records").values("patient")
        later = Q(released_at__isnull=True) | Q(released_at__gt=timezone.now())
        return self.filter(later, status__in=SIGNED, patient__in=patients).select_related("encounter")

    def kept_for(self, user: Any) -> Self:
        """What a patient's own list shows: released records of those for whom the account may act."""
        return self.filter(self.held_by(user)).with_people().order_by("-released_at", "-pk")

    def other_versions_of(self, record: "MedicalRecord") -> Self:
        """Of the same visit, the newest first."""
        return self.filter(encounter=record.encounter_id).exclude(pk=record.pk).order_by("-revision")

    def with_people(self) -> Self:
        """What a list shows of each record, in one query."""
        return self.select_related("patient", "author", "encounter__doctor", "encounter__department")

    def for_reading(self) -> Self:
        """Everything that the record's own page shows, in five queries."""
        addenda = Prefetch("addenda", Addendum.objects.select_related("author"))
        rows = self.with_people().select_related("signed_by")
        return rows.prefetch_related(addenda, "encounter__diagnoses", "encounter__prescriptions__items")

    def for_chart(self, patient: Patient) -> Self:
        return self.filter(patient=patient).with_people().order_by("-encounter__started_at", "-revision")


class MedicalRecord(ClosingModel, PublicModel, VersionedModel):
    SECTIONS = ["complaint", "history", "examination", "assessment", "plan", "notes"]

    encounter = models.ForeignKey(
        "clinical.Encounter", on_delete=models.PROTECT, related_name="records", verbose_name=_("encounter")
    )
    patient = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="records", verbose_name=_("patient")
    )
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    complaint = models.TextField(_("Complaint"), blank=True)
    history = models.TextField(_("History"), blank=True)
    examination = models.TextField(_("Examination"), blank=True)
    assessment = models.TextField(_("Assessment"), blank=True)
    plan = models.TextField(_("Plan"), blank=True)
    notes = models.TextField(_("Notes"), blank=True)
    # Of a later version: why the signed one before it was not right.
    correction_reason = models.CharField(_("Reason of the correction"), max_length=200, blank=True)
    status = models.CharField(
        _("status"), max_length=16, choices=RecordStatus.choices, default=RecordStatus.PRELIMINARY
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("signed by"),
    )
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = MedicalRecordQuerySet.as_manager()
    merge_rules = {"patient": MOVE}

    class Meta:
        verbose_name = _("medical record")
        verbose_name_plural = _("medical records")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="a_revision_stands_once", fields=["encounter", "revision"]),
            models.CheckConstraint(
                name="a_record_status_is_known", condition=Q(status__in=RecordStatus.values)
            ),
            models.CheckConstraint(
                name="a_signed_record_names_its_signer",
                condition=Q(status__in=["preliminary", "entered-in-error"])
                | Q(signed_by__isnull=False, signed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="only_signed_records_are_released",
                condition=Q(released_at__isnull=True) | Q(signed_at__isnull=False),
            ),
            ImmutableWhen(
                name="a_signed_record_stays",
                condition=Q(signed_at__isnull=False),
                allow={
                    "status": [
                        ("final", "amended"),
                        ("final", "entered-in-error"),
                        ("amended", "entered-in-error"),
                    ]
                },
                once=["released_at"],
                free=["version"],
                moved=["patient"],
            ),
            AuditRows(name="records_are_audited", patient="patient"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} r{self.revision}"

    def get_absolute_url(self) -> str:
        return reverse("clinical:record-detail", args=[self.public_id])

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def takes_addenda(self) -> bool:
        """Signed, and not struck out since."""
        return self.status in SIGNED

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The sections that have text, as (heading, text)."""
        return [(self.heading(name), getattr(self, name)) for name in self.SECTIONS if getattr(self, name)]

    @classmethod
    def heading(cls, section: str) -> str:
        return str(cls._meta.get_field(section).verbose_name)


class SealQuerySet(ClinicalQuerySet):
    patient_path = "record__patient"
    doctor_path = "record__encounter__doctor__user"

    def released(self) -> Q:
        return Q(pk__in=[])


class Seal(models.Model):
    """A link of the one chain over all signed records: it never moves, whatever merges do."""

    record = models.OneToOneField(
        MedicalRecord, on_delete=models.PROTECT, related_name="seal", verbose_name=_("record")
    )
    patient_public_id = models.UUIDField(_("patient at signing"))
    content_digest = models.CharField(_("SHA-256 of the content"), max_length=64)
    previous = models.CharField(_("digest of the seal before"), max_length=64, unique=True)
    digest = models.CharField(_("SHA-256 of the seal"), max_length=64, unique=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["pk"]
        constraints = [AppendOnly(name="seals_are_append_only")]

    def __str__(self) -> str:
        return self.digest[:16]


class AddendumQuerySet(ClinicalQuerySet):
    patient_path = "record__patient"
    doctor_path = "record__encounter__doctor__user"

    def released(self) -> Q:
        return Q(record__in=MedicalRecord.objects.readable_by_patients())


class Addendum(PublicModel):
    record = models.ForeignKey(
        MedicalRecord, on_delete=models.PROTECT, related_name="addenda", verbose_name=_("record")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    happened_at = models.DateTimeField(_("happened at"), default=timezone.now)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=200)
    text = models.TextField(_("text"))

    objects = AddendumQuerySet.as_manager()

    class Meta:
        verbose_name = _("addendum")
        verbose_name_plural = _("addenda")
        ordering = ["recorded_at", "pk"]
        constraints = [
            AppendOnly(name="addenda_are_append_only"),
            AuditRows(name="addenda_are_audited", patient="record__patient"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
