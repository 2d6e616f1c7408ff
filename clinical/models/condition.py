"""The problem list."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from accounts.models.base import VersionedModel
from accounts.triggers import AuditRows
from clinical.models.patient_rows import ENTERED_IN_ERROR, PatientRow, PatientRowQuerySet


class ConditionQuerySet(PatientRowQuerySet):
    def active(self) -> Self:
        current = Condition.ClinicalStatus.ACTIVE
        return self.valid().filter(clinical_status=current).order_by("-onset_date", "-pk")

    def for_chart(self, patient: Patient) -> Self:
        """Every row, mistakes too: what the patient has now, then what is over."""
        rows = self.filter(patient=patient).select_related("recorded_by")
        return rows.order_by("clinical_status", "-onset_date", "-pk")


class Condition(PatientRow, VersionedModel):
    error_field = "verification"

    class ClinicalStatus(models.TextChoices):
        """FHIR R4 condition clinical status."""

        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")
        RESOLVED = "resolved", _("Resolved")

    class Verification(models.TextChoices):
        """FHIR R4 condition verification status."""

        UNCONFIRMED = "unconfirmed", _("Unconfirmed")
        PROVISIONAL = "provisional", _("Provisional")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUTED = "refuted", _("Refuted")
        ENTERED_IN_ERROR = ENTERED_IN_ERROR, _("Entered in error")

    system = models.CharField(_("code system"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    display = models.CharField(_("condition"), max_length=300)
    clinical_status = models.CharField(
        _("status"), max_length=10, choices=ClinicalStatus.choices, default=ClinicalStatus.ACTIVE
    )
    verification = models.CharField(
        _("certainty"), max_length=16, choices=Verification.choices, default=Verification.CONFIRMED
    )
    onset_date = models.DateField(_("since"), null=True, blank=True)
    abatement_date = models.DateField(_("until"), null=True, blank=True)
    status_reason = models.CharField(_("reason of the status"), max_length=200, blank=True)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["-onset_date", "-pk"]
        indexes = [models.Index(name="condition_patient", fields=["patient", "-onset_date"])]
        constraints = [
            models.CheckConstraint(
                name="a_condition_ends_after_it_began",
                condition=Q(onset_date__isnull=True)
                | Q(abatement_date__isnull=True)
                | Q(abatement_date__gte=F("onset_date")),
            ),
            AuditRows(name="conditions_are_audited", patient="patient"),
        ]
