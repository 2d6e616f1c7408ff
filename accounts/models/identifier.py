"""Numbers that others gave a patient: kept only when a load is told to keep them."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.merging import RESOLVE, Change
from accounts.triggers import AuditRows


class PatientIdentifierQuerySet(VisibleQuerySet):
    pass


class PatientIdentifier(models.Model):
    """Several people may have the same number: copies of cards and slips of the pen are real."""

    class Type(models.TextChoices):
        """HL7 v2 table 0203, those codes that patients bring."""

        DRIVERS_LICENSE = "DL", _("Driver's licence")
        MEDICAL_RECORD = "MR", _("Record number of another house")
        NATIONAL = "NI", _("National identifier")
        PASSPORT = "PPN", _("Passport")
        SOCIAL_SECURITY = "SS", _("Social security number")

    patient = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="identifiers", verbose_name=_("patient")
    )
    type = models.CharField(_("kind"), max_length=3, choices=Type.choices)
    system = models.CharField(_("who gave it"), max_length=200, blank=True)
    value = models.CharField(_("number"), max_length=100)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = PatientIdentifierQuerySet.as_manager()
    merge_rules = {"patient": RESOLVE}

    class Meta:
        verbose_name = _("identifier of a patient")
        verbose_name_plural = _("identifiers of patients")
        ordering = ["patient", "type", "pk"]
        indexes = [models.Index(name="identifier_value", fields=["value"])]
        constraints = [
            models.UniqueConstraint(
                name="a_patient_has_an_identifier_once", fields=["patient", "type", "system", "value"]
            ),
            AuditRows(name="identifiers_are_audited", patient="patient", exclude=["value"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.value}"

    @classmethod
    def merge_changes(cls, *, survivor: Any, loser: Any, now: datetime) -> list[Change]:
        """A number that both files have stays behind."""
        held = set(cls.objects.filter(patient=survivor).values_list("type", "system", "value"))
        theirs = cls.objects.filter(patient=loser).order_by("pk")
        return [Change(row.pk, None) for row in theirs if (row.type, row.system, row.value) in held]
