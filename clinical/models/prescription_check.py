"""What was warned of while prescribing, and why it was prescribed all the same."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import PublicModel
from accounts.triggers import AppendOnly, AuditRows
from clinical.models.encounter import ClinicalQuerySet


class PrescriptionCheckQuerySet(ClinicalQuerySet):
    patient_path = "encounter__patient"
    doctor_path = "encounter__doctor__user"

    def released(self) -> Q:
        """A note between those who treat."""
        return Q(pk__in=[])


class PrescriptionCheck(PublicModel):
    class Rule(models.TextChoices):
        ALLERGY = "allergy", _("Allergy to the substance")
        ALLERGY_CLASS = "allergy-class", _("Allergy to the class")
        DUPLICATE = "duplicate", _("Taken already")

    class Override(models.TextChoices):
        """HL7 v3 ActCode, those that FHIR R4 names for the mitigation of a detected issue."""

        APPROPRIATE = "1", _("This treatment is right for the patient")
        ASSESSED = "2", _("The patient was examined for it")
        CONSULTED = "4", _("Another source or colleague was asked")
        NO_LONGER_TAKEN = "7", _("The other medicine is no longer taken")
        MONITORED = "9", _("The patient will be watched")
        TOLERATED_BEFORE = "23", _("The patient has taken it before without harm")
        OTHER = "8", _("Another reason")

    encounter = models.ForeignKey(
        "clinical.Encounter",
        on_delete=models.PROTECT,
        related_name="prescription_checks",
        verbose_name=_("encounter"),
    )
    rule = models.CharField(_("rule"), max_length=14, choices=Rule.choices)
    medicine = models.CharField(_("medicine"), max_length=300)
    # The allergy or the medicine that the warning is about, by its public id or key.
    subject = models.CharField(_("about"), max_length=64)
    message = models.CharField(_("warning"), max_length=500)
    override_code = models.CharField(_("reason"), max_length=2, choices=Override.choices)
    override_reason = models.CharField(_("reason in words"), max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    happened_at = models.DateTimeField(_("decided at"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = PrescriptionCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("overridden warning")
        verbose_name_plural = _("overridden warnings")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="another_reason_is_told_in_words",
                condition=~Q(override_code="8") | ~Q(override_reason=""),
            ),
            AppendOnly(name="overrides_are_append_only"),
            AuditRows(name="overrides_are_audited", patient="encounter__patient"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.public_id}"
