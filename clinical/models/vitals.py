"""What was measured: one row for each measurement, blood pressure with its two numbers too."""

from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from accounts.triggers import AuditRows, ImmutableWhen
from clinical.measures import BLOOD_PRESSURE
from clinical.models.closing import ClosingModel
from clinical.models.diagnosis import EncounterChildQuerySet
from clinical.models.encounter import OVER
from clinical.models.patient_rows import ENTERED_IN_ERROR, PatientRow, PatientRowQuerySet

MEASURED_OR_WRONG = Q(status__in=["final", ENTERED_IN_ERROR])


class VitalSignQuerySet(EncounterChildQuerySet, PatientRowQuerySet):
    """Stays as it was measured, from the first moment on; a mistake is marked as one."""

    patient_path = "patient"
    doctor_path = "recorded_by"
    closed_when = MEASURED_OR_WRONG
    still_open = frozenset({"status", "status_reason"})

    def released(self) -> Q:
        return PatientRowQuerySet.released(self)

    def latest_of(self, patient: Patient) -> Self:
        """The newest valid measurement of each kind; walks the index of the patient's kinds and times.

        Who may see it is asked of the rows that are found, because inside it would be asked of every row.
        """
        mine = VitalSign.objects.valid().filter(patient=patient)
        newest = mine.filter(code=OuterRef("code")).order_by("-taken_at", "-pk").values("pk")[:1]
        kinds = mine.order_by().values("code").distinct().annotate(newest=Subquery(newest))
        return self.filter(pk__in=kinds.values("newest")).order_by("-taken_at", "code")

    def for_chart(self, patient: Patient) -> Self:
        """Newest first, with who measured."""
        return self.filter(patient=patient).select_related("recorded_by").order_by("-taken_at", "-pk")


class VitalSign(ClosingModel, PatientRow):
    class Status(models.TextChoices):
        """FHIR R4 observation status, those that a measurement can have."""

        FINAL = "final", _("Measured")
        ENTERED_IN_ERROR = ENTERED_IN_ERROR, _("Entered in error")

    class Position(models.TextChoices):
        SITTING = "sitting", _("Sitting")
        STANDING = "standing", _("Standing")
        LYING = "lying", _("Lying")

    code = models.CharField(_("LOINC code"), max_length=10)
    value = models.DecimalField(_("value"), max_digits=9, decimal_places=3)
    # Diastolic, of blood pressure alone.
    second_value = models.DecimalField(
        _("second value"), max_digits=9, decimal_places=3, null=True, blank=True
    )
    unit = models.CharField(_("UCUM unit"), max_length=20)
    position = models.CharField(_("position"), max_length=8, choices=Position.choices, blank=True)
    taken_at = models.DateTimeField(_("taken at"))
    # Somebody was asked whether this unusual value is right, and said yes.
    is_confirmed = models.BooleanField(_("unusual and confirmed"), default=False)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.FINAL)
    status_reason = models.CharField(_("reason of the status"), max_length=200, blank=True)

    objects = VitalSignQuerySet.as_manager()

    class Meta:
        verbose_name = _("vital sign")
        verbose_name_plural = _("vital signs")
        ordering = ["-taken_at", "-pk"]
        indexes = [
            models.Index(name="vital_patient", fields=["patient", "-taken_at"]),
            models.Index(name="vital_trend", fields=["patient", "code", "-taken_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="blood_pressure_has_two_numbers",
                condition=Q(code=BLOOD_PRESSURE, second_value__isnull=False, value__gt=F("second_value"))
                | (~Q(code=BLOOD_PRESSURE) & Q(second_value__isnull=True)),
            ),
            ImmutableWhen(
                name="a_measurement_stays",
                undone=True,
                condition=MEASURED_OR_WRONG,
                allow={"status": [("final", ENTERED_IN_ERROR)]},
                free=["status_reason"],
                moved=["patient"],
            ),
            ImmutableWhen(
                name="a_finished_encounter_takes_no_vitals",
                undone=True,
                condition=Q(status__in=OVER),
                through="encounter",
                free=["status", "status_reason"],
                moved=["patient"],
                guard_insert=True,
            ),
            AuditRows(name="vitals_are_audited", patient="patient"),
        ]
