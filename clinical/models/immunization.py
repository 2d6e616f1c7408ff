"""Vaccinations: given, or not given and why; and when the next one is due."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from accounts.triggers import AuditRows, ImmutableWhen
from clinical.models.closing import ClosingModel
from clinical.models.diagnosis import EncounterChildQuerySet
from clinical.models.encounter import OVER
from clinical.models.patient_rows import ENTERED_IN_ERROR, PatientRow, PatientRowQuerySet

CVX = "http://hl7.org/fhir/sid/cvx"
SAID = Q(status__in=["completed", "not-done", ENTERED_IN_ERROR])


class ImmunizationQuerySet(EncounterChildQuerySet, PatientRowQuerySet):
    """Stays as it was noted; a mistake is marked as one."""

    patient_path = "patient"
    doctor_path = "recorded_by"
    closed_when = SAID
    still_open = frozenset({"status", "status_reason"})

    def released(self) -> Q:
        return PatientRowQuerySet.released(self)

    def for_chart(self, patient: Patient) -> Self:
        """Newest first, with who gave it."""
        return self.filter(patient=patient).select_related("recorded_by").order_by("-happened_at", "-pk")


class Immunization(ClosingModel, PatientRow):
    class Status(models.TextChoices):
        """FHIR R4 immunization status."""

        COMPLETED = "completed", _("Given")
        NOT_DONE = "not-done", _("Not given")
        ENTERED_IN_ERROR = ENTERED_IN_ERROR, _("Entered in error")

    class Route(models.TextChoices):
        """HL7 v3 RouteOfAdministration."""

        INTRAMUSCULAR = "IM", _("Into the muscle")
        SUBCUTANEOUS = "SQ", _("Under the skin")
        INTRADERMAL = "IDINJ", _("Into the skin")
        ORAL = "PO", _("By mouth")
        NASAL = "NASINHLC", _("Into the nose")

    class NotDone(models.TextChoices):
        """HL7 v3 ActReason, those that FHIR R4 names for a vaccination not given."""

        IMMUNE = "IMMUNE", _("Already immune")
        CONTRAINDICATED = "MEDPREC", _("A medical reason against it")
        OUT_OF_STOCK = "OSTOCK", _("Out of stock")
        REFUSED = "PATOBJ", _("The patient does not want it")

    system = models.CharField(_("code system"), max_length=100, blank=True, default=CVX)
    code = models.CharField(_("CVX code"), max_length=10, blank=True)
    display = models.CharField(_("vaccine"), max_length=300)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.COMPLETED)
    not_done_reason = models.CharField(
        _("why it was not given"), max_length=10, choices=NotDone.choices, blank=True
    )
    status_reason = models.CharField(_("reason of the status"), max_length=200, blank=True)
    happened_at = models.DateTimeField(_("given at"))
    dose_number = models.PositiveSmallIntegerField(_("dose number"), null=True, blank=True)
    lot_number = models.CharField(_("lot"), max_length=40, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    site = models.CharField(_("site"), max_length=60, blank=True)
    route = models.CharField(_("route"), max_length=10, choices=Route.choices, blank=True)
    next_due_on = models.DateField(_("next due on"), null=True, blank=True)

    objects = ImmunizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("immunization")
        verbose_name_plural = _("immunizations")
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index(name="immunization_patient", fields=["patient", "-happened_at"])]
        constraints = [
            models.CheckConstraint(
                name="what_was_not_given_says_why",
                condition=~Q(status="not-done") | ~Q(not_done_reason=""),
            ),
            ImmutableWhen(
                name="an_immunization_stays",
                undone=True,
                condition=SAID,
                allow={"status": [("completed", ENTERED_IN_ERROR), ("not-done", ENTERED_IN_ERROR)]},
                free=["status_reason"],
                moved=["patient"],
            ),
            ImmutableWhen(
                name="a_finished_encounter_vaccinates_nobody",
                undone=True,
                condition=Q(status__in=OVER),
                through="encounter",
                free=["status", "status_reason"],
                moved=["patient"],
                guard_insert=True,
            ),
            AuditRows(name="immunizations_are_audited", patient="patient"),
        ]
