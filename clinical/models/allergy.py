"""What the patient must not be given, and the word that there is no such thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from accounts.models.base import VersionedModel
from accounts.models.merging import RESOLVE, Change
from accounts.triggers import AuditRows
from clinical.models.patient_rows import ENTERED_IN_ERROR, PatientRow, PatientRowQuerySet

SNOMED = "http://snomed.info/sct"
# SNOMED CT's "No known allergy", which HL7 FHIR R4 names for this statement.
NONE_KNOWN = "716186003"


class AllergyQuerySet(PatientRowQuerySet):
    def active(self) -> Self:
        """Those that warn: neither over, nor refuted, nor a mistake."""
        warns = self.valid().exclude(verification=Allergy.Verification.REFUTED)
        return warns.filter(clinical_status=Allergy.ClinicalStatus.ACTIVE).exclude(code=NONE_KNOWN)

    def none_known(self) -> Self:
        """The statement that holds now, if any."""
        return self.valid().filter(code=NONE_KNOWN, clinical_status=Allergy.ClinicalStatus.ACTIVE)

    def state_of(self, patient: Patient) -> "AllergyState":
        """What to say of the patient's allergies, in one query."""
        return AllergyState.of(list(self.valid().filter(patient=patient).select_related("recorded_by")))

    def for_chart(self, patient: Patient) -> Self:
        """Every row, mistakes too, the dangerous ones first."""
        rows = self.filter(patient=patient).select_related("recorded_by").prefetch_related("reactions")
        return rows.order_by("clinical_status", "criticality", "display", "pk")


class Allergy(PatientRow, VersionedModel):
    error_field = "verification"
    merge_rules = {"patient": RESOLVE}

    class ClinicalStatus(models.TextChoices):
        """FHIR R4 allergy intolerance clinical status."""

        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")
        RESOLVED = "resolved", _("Resolved")

    class Verification(models.TextChoices):
        """FHIR R4 allergy intolerance verification status."""

        UNCONFIRMED = "unconfirmed", _("Unconfirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUTED = "refuted", _("Refuted")
        ENTERED_IN_ERROR = ENTERED_IN_ERROR, _("Entered in error")

    class Category(models.TextChoices):
        """FHIR R4 allergy intolerance category."""

        MEDICATION = "medication", _("Medicine")
        FOOD = "food", _("Food")
        ENVIRONMENT = "environment", _("Environment")
        BIOLOGIC = "biologic", _("Biological product")

    class Criticality(models.TextChoices):
        """FHIR R4 allergy intolerance criticality."""

        HIGH = "high", _("High: may be life-threatening")
        LOW = "low", _("Low")
        UNABLE = "unable-to-assess", _("Not known")

    system = models.CharField(_("code system"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    display = models.CharField(_("substance"), max_length=300)
    category = models.CharField(
        _("category"), max_length=12, choices=Category.choices, default=Category.MEDICATION
    )
    criticality = models.CharField(
        _("danger"), max_length=16, choices=Criticality.choices, default=Criticality.UNABLE
    )
    clinical_status = models.CharField(
        _("status"), max_length=8, choices=ClinicalStatus.choices, default=ClinicalStatus.ACTIVE
    )
    verification = models.CharField(
        _("certainty"), max_length=16, choices=Verification.choices, default=Verification.CONFIRMED
    )
    onset_date = models.DateField(_("since"), null=True, blank=True)
    happened_at = models.DateTimeField(_("told at"), default=timezone.now)
    status_reason = models.CharField(_("reason of the status"), max_length=200, blank=True)

    objects = AllergyQuerySet.as_manager()

    class Meta:
        verbose_name = _("allergy")
        verbose_name_plural = _("allergies")
        ordering = ["-recorded_at", "-pk"]
        indexes = [models.Index(name="allergy_patient", fields=["patient", "clinical_status"])]
        constraints = [
            models.CheckConstraint(name="an_allergy_code_has_a_system", condition=Q(code="") | ~Q(system="")),
            models.UniqueConstraint(
                name="none_known_is_said_once",
                fields=["patient"],
                condition=Q(code=NONE_KNOWN, clinical_status="active") & ~Q(verification="entered-in-error"),
            ),
            AuditRows(name="allergies_are_audited", patient="patient"),
        ]

    @classmethod
    def merge_changes(cls, *, survivor: Patient, loser: Patient, now: datetime) -> list[Change]:
        """One statement of none known is enough, and none holds beside an allergy of either."""
        rows = cls.objects.valid().filter(patient__in=[survivor, loser])
        is_allergic = rows.active().exists()
        said = list(rows.none_known().order_by("-happened_at", "-pk"))
        over = {"clinical_status": cls.ClinicalStatus.INACTIVE}
        words = _("“No known allergies” no longer holds.")
        return [Change(row.pk, over, words) for row in said[0 if is_allergic else 1 :]]

    @classmethod
    def has_place(cls, key: Any, columns: Mapping[str, Any]) -> bool:
        """Asked when a merge is undone: none known does not come back beside an allergy that was recorded since."""
        row = cls.objects.get(pk=key)
        comes_back = row.says_none_known and columns.get("clinical_status") == cls.ClinicalStatus.ACTIVE
        return not comes_back or not cls.objects.active().filter(patient=row.patient_id).exists()

    @property
    def says_none_known(self) -> bool:
        return self.code == NONE_KNOWN

    @property
    def warns(self) -> bool:
        return not self.says_none_known and self.verification != self.Verification.REFUTED


@dataclass(frozen=True)
class AllergyState:
    """One of four: the allergies that warn; none known, and asked when; none recorded any more; never asked."""

    active: list[Allergy]
    none_known: Allergy | None
    was_asked: bool

    @classmethod
    def of(cls, rows: list[Allergy]) -> "AllergyState":
        current = [row for row in rows if row.clinical_status == Allergy.ClinicalStatus.ACTIVE]
        warning = [row for row in current if row.warns]
        none_known = next((row for row in current if row.says_none_known), None)
        return cls(sorted(warning, key=danger), none_known, bool(rows))

    def __str__(self) -> str:
        if self.active:
            return _("Allergic to %(names)s") % {"names": ", ".join(row.display for row in self.active)}
        if self.none_known:
            return none_known_words(self.none_known)
        return str(_("No allergies recorded") if self.was_asked else _("Allergies: not asked"))


def danger(allergy: Allergy) -> tuple[bool, str]:
    return (allergy.criticality != Allergy.Criticality.HIGH, allergy.display.casefold())


def none_known_words(statement: Allergy) -> str:
    """Told by whom and when, because such a statement grows old."""
    said = {"day": date_format(timezone.localtime(statement.happened_at), "j F Y")}
    if statement.recorded_by is None:
        return _("No known allergies (confirmed %(day)s)") % said
    return _("No known allergies (confirmed %(day)s, %(name)s)") % (said | {"name": statement.recorded_by})


class AllergyReactionQuerySet(PatientRowQuerySet):
    patient_path = "allergy__patient"
    doctor_path = "allergy__recorded_by"

    def released(self) -> Q:
        return Q(allergy__in=Allergy.objects.filter(Allergy.objects.all().released()))


class AllergyReaction(models.Model):
    class Severity(models.TextChoices):
        """FHIR R4 reaction event severity."""

        MILD = "mild", _("Mild")
        MODERATE = "moderate", _("Moderate")
        SEVERE = "severe", _("Severe")

    allergy = models.ForeignKey(
        Allergy, on_delete=models.PROTECT, related_name="reactions", verbose_name=_("allergy")
    )
    manifestation = models.CharField(_("what happened"), max_length=200)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = AllergyReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        ordering = ["pk"]
        constraints = [AuditRows(name="reactions_are_audited", patient="allergy__patient")]

    def __str__(self) -> str:
        return f"{self.severity} {self.pk}"
