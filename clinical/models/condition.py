"""The problem list."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import PublicModel, VersionedModel
from accounts.triggers import AuditRows
from clinical.models.encounter import ClinicalQuerySet


class ConditionQuerySet(ClinicalQuerySet):
    doctor_path = "encounter__doctor__user"

    def released(self) -> Q:
        return Q(encounter__status="finished")

    def for_chart(self, patient: object) -> "ConditionQuerySet":
        """What the patient has now, newest first."""
        return self.filter(patient=patient, clinical_status=Condition.ClinicalStatus.ACTIVE).order_by(
            "-onset_date", "-pk"
        )


class Condition(PublicModel, VersionedModel):
    class ClinicalStatus(models.TextChoices):
        """FHIR R4 condition clinical status."""

        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")
        RESOLVED = "resolved", _("Resolved")

    patient = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="conditions", verbose_name=_("patient")
    )
    encounter = models.ForeignKey(
        "clinical.Encounter",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conditions",
        verbose_name=_("encounter"),
    )
    system = models.CharField(_("code system"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    display = models.CharField(_("condition"), max_length=300)
    clinical_status = models.CharField(
        _("status"), max_length=10, choices=ClinicalStatus.choices, default=ClinicalStatus.ACTIVE
    )
    onset_date = models.DateField(_("since"), null=True, blank=True)
    abatement_date = models.DateField(_("until"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

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

    def __str__(self) -> str:
        return str(self.public_id)
