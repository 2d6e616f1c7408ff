"""What was prescribed; the dose may be missing in loaded history only."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models.base import PublicModel
from accounts.triggers import AuditRows, ImmutableWhen
from clinical.models.closing import ClosingModel
from clinical.models.diagnosis import EncounterChildQuerySet
from clinical.models.encounter import EncounterStatus

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


class Prescription(ClosingModel, PublicModel):
    encounter = models.ForeignKey(
        "clinical.Encounter",
        on_delete=models.PROTECT,
        related_name="prescriptions",
        verbose_name=_("encounter"),
    )
    patient = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="prescriptions", verbose_name=_("patient")
    )
    prescriber = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, related_name="+", verbose_name=_("prescriber")
    )
    happened_at = models.DateTimeField(_("prescribed at"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = EncounterChildQuerySet.as_manager()

    class Meta:
        verbose_name = _("prescription")
        verbose_name_plural = _("prescriptions")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            ImmutableWhen(
                name="a_finished_encounter_keeps_its_prescriptions",
                condition=Q(status="finished"),
                through="encounter",
                guard_insert=True,
            ),
            AuditRows(name="prescriptions_are_audited", patient="patient"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class PrescriptionItemQuerySet(EncounterChildQuerySet):
    patient_path = "prescription__patient"
    doctor_path = "prescription__encounter__doctor__user"
    encounter_path = "prescription__encounter"
    closed_when = Q(prescription__encounter__status=EncounterStatus.FINISHED)
    still_open = frozenset({"status", "status_reason", "stopped_at"})

    def for_chart(self, patient: object) -> "PrescriptionItemQuerySet":
        """What the patient takes now, newest first."""
        current = self.filter(prescription__patient=patient, status=PrescriptionItem.Status.ACTIVE)
        return current.select_related("prescription__prescriber").order_by(
            "-prescription__happened_at", "-pk"
        )

    def of_parents(self, rows: list[Any]) -> Q:
        return Q(prescriptions__in={row.prescription_id for row in rows})


class PrescriptionItem(ClosingModel):
    class Status(models.TextChoices):
        """FHIR R4 medication request status."""

        ACTIVE = "active", _("Active")
        ON_HOLD = "on-hold", _("On hold")
        COMPLETED = "completed", _("Completed")
        STOPPED = "stopped", _("Stopped")
        CANCELLED = "cancelled", _("Cancelled")
        ENTERED_IN_ERROR = "entered-in-error", _("Entered in error")

    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="items", verbose_name=_("prescription")
    )
    system = models.CharField(_("code system"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    medicine = models.CharField(_("medicine"), max_length=300)
    form = models.CharField(_("form"), max_length=60, blank=True)
    strength = models.CharField(_("strength"), max_length=60, blank=True)
    dose_quantity = models.DecimalField(
        _("dose"), max_digits=10, decimal_places=3, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    dose_unit = models.CharField(_("unit of the dose"), max_length=40, blank=True)
    route = models.CharField(_("route"), max_length=60, blank=True)
    frequency = models.CharField(_("how often"), max_length=100, blank=True)
    as_needed = models.BooleanField(_("only when needed"), default=False)
    duration_days = models.PositiveSmallIntegerField(_("for so many days"), null=True, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    refills = models.PositiveSmallIntegerField(_("refills"), default=0)
    indication = models.CharField(_("what for"), max_length=200, blank=True)
    instructions = models.CharField(_("instructions"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.ACTIVE)
    status_reason = models.CharField(_("reason"), max_length=200, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    objects = PrescriptionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("prescribed medicine")
        verbose_name_plural = _("prescribed medicines")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="a_dose_is_more_than_nothing",
                condition=Q(dose_quantity__isnull=True) | Q(dose_quantity__gt=0),
            ),
            models.CheckConstraint(
                name="a_dose_has_a_unit",
                condition=Q(dose_quantity__isnull=True) | ~Q(dose_unit=""),
                violation_error_message=_("Give the unit of the dose."),
            ),
            ImmutableWhen(
                name="a_finished_encounter_keeps_its_medicines",
                condition=Q(status="finished"),
                through="prescription__encounter",
                guard_insert=True,
                free=["status", "status_reason", "stopped_at"],
            ),
            AuditRows(name="medicines_are_audited", patient="prescription__patient"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"

    @property
    def directions(self) -> str:
        """How to take it, in words; whatever was left open is left out."""
        dose = "" if self.dose_quantity is None else f"{self.dose_quantity.normalize():f} {self.dose_unit}"
        days = ngettext("for %(days)d day", "for %(days)d days", self.duration_days or 0)
        parts = [
            dose,
            self.route,
            self.frequency,
            _("only when needed") if self.as_needed else "",
            days % {"days": self.duration_days} if self.duration_days else "",
        ]
        return ", ".join(str(part) for part in parts if part)

    @property
    def product(self) -> str:
        return ", ".join(part for part in (self.medicine, self.strength, self.form) if part)
