"""What the doctor found in an encounter."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.triggers import AuditRows, ImmutableWhen
from clinical.models.closing import ClosingModel, ClosingQuerySet, is_loading
from clinical.models.encounter import OVER, ClinicalQuerySet, Encounter
from clinical.models.record import MedicalRecord


class EncounterChildQuerySet(ClosingQuerySet, ClinicalQuerySet):
    """Rows that belong to an encounter: they close with it, and the patient reads them with its record."""

    patient_path = "encounter__patient"
    doctor_path = "encounter__doctor__user"
    encounter_path = "encounter"

    closed_when = Q(encounter__status__in=OVER)

    def released(self) -> Q:
        encounters = MedicalRecord.objects.readable_by_patients().values("encounter")
        return Q(**{f"{self.encounter_path}__in": encounters})

    def refuse_new(self, rows: list[Any]) -> None:
        """No child is born to a finished encounter, except as a load's history."""
        if is_loading():
            return
        encounters = Encounter.objects.filter(self.of_parents(rows), status__in=OVER)
        if encounters.exists():
            raise self.refusal

    def of_parents(self, rows: list[Any]) -> Q:
        return Q(pk__in={row.encounter_id for row in rows})


class Diagnosis(ClosingModel):
    class Kind(models.TextChoices):
        PRINCIPAL = "principal", _("Principal")
        SECONDARY = "secondary", _("Secondary")

    class Verification(models.TextChoices):
        """FHIR R4 condition verification status."""

        PROVISIONAL = "provisional", _("Provisional")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUTED = "refuted", _("Refuted")

    encounter = models.ForeignKey(
        "clinical.Encounter", on_delete=models.PROTECT, related_name="diagnoses", verbose_name=_("encounter")
    )
    system = models.CharField(_("code system"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    display = models.CharField(_("diagnosis"), max_length=300)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PRINCIPAL)
    verification = models.CharField(
        _("certainty"), max_length=12, choices=Verification.choices, default=Verification.CONFIRMED
    )
    happened_at = models.DateTimeField(_("happened at"), default=timezone.now, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = EncounterChildQuerySet.as_manager()

    class Meta:
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(name="a_code_names_its_system", condition=Q(code="") | ~Q(system="")),
            ImmutableWhen(
                name="a_finished_encounter_keeps_its_diagnoses",
                undone=True,
                condition=Q(status__in=OVER),
                through="encounter",
                guard_insert=True,
            ),
            AuditRows(name="diagnoses_are_audited", patient="encounter__patient"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
