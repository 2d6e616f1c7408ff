"""Results of tests: what is final stays, a correction stands beside it, the patient sees what is released."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from accounts.models.base import VersionedModel
from accounts.triggers import AuditRows, ImmutableWhen
from clinical.errors import ReportedResult
from clinical.models.closing import ClosingModel, ClosingQuerySet
from clinical.models.patient_rows import ENTERED_IN_ERROR, PatientRow, PatientRowQuerySet

REPORTED = ["final", "corrected"]
CLOSED = Q(status__in=[*REPORTED, "cancelled", ENTERED_IN_ERROR])


class LabResultQuerySet(ClosingQuerySet, PatientRowQuerySet):
    closed_when = CLOSED
    still_open = frozenset(
        {"status", "status_reason", "reviewed_by", "reviewed_at", "released_at", "version"}
    )
    refusal = ReportedResult

    def released(self) -> Q:
        """Final, not replaced by a correction, and its time has come."""
        return Q(status__in=REPORTED, released_at__lte=timezone.now(), corrected__isnull=True)

    def held_for_patients(self) -> Q:
        """What the patient is told about without its value: it will come."""
        later = Q(released_at__isnull=True) | Q(released_at__gt=timezone.now())
        never = Q(release_policy=LabResult.Release.NEVER)
        return Q(status__in=REPORTED, corrected__isnull=True) & later & ~never

    def current(self) -> Self:
        """Without those that a correction has replaced."""
        return self.filter(corrected__isnull=True)

    def unreviewed(self) -> Self:
        return self.current().filter(status__in=REPORTED, reviewed_at__isnull=True)

    def waiting_for(self, user: Any) -> Self:
        """Those that this person ordered or entered, the oldest first, with what a task shows."""
        mine = self.unreviewed().filter(recorded_by=user)
        return mine.select_related("patient").order_by("reported_at", "pk")

    def for_chart(self, patient: Patient) -> Self:
        """Newest first, with the people concerned and the value that each one corrects."""
        people = self.filter(patient=patient).select_related("recorded_by", "reviewed_by", "corrects")
        return people.order_by("-taken_at", "-pk")


class LabResult(ClosingModel, PatientRow, VersionedModel):
    class Status(models.TextChoices):
        """FHIR R4 observation status."""

        ORDERED = "registered", _("Ordered")
        PRELIMINARY = "preliminary", _("Preliminary")
        FINAL = "final", _("Final")
        CORRECTED = "corrected", _("Corrected")
        CANCELLED = "cancelled", _("Cancelled")
        ENTERED_IN_ERROR = ENTERED_IN_ERROR, _("Entered in error")

    class Flag(models.TextChoices):
        """HL7 v3 ObservationInterpretation."""

        NORMAL = "N", _("Normal")
        LOW = "L", _("Low")
        HIGH = "H", _("High")
        CRITICALLY_LOW = "LL", _("Critically low")
        CRITICALLY_HIGH = "HH", _("Critically high")
        ABNORMAL = "A", _("Abnormal")

    class Release(models.TextChoices):
        AT_ONCE = "at-once", _("At once")
        AFTER_REVIEW = "after-review", _("After review")
        AFTER_DAYS = "after-days", _("After some days")
        NEVER = "never", _("Not to the patient")

    system = models.CharField(_("code system"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    display = models.CharField(_("test"), max_length=300)
    value_quantity = models.DecimalField(_("value"), max_digits=14, decimal_places=4, null=True, blank=True)
    value_text = models.CharField(_("result in words"), max_length=500, blank=True)
    unit = models.CharField(_("UCUM unit"), max_length=40, blank=True)
    range_low = models.DecimalField(_("normal from"), max_digits=14, decimal_places=4, null=True, blank=True)
    range_high = models.DecimalField(_("normal to"), max_digits=14, decimal_places=4, null=True, blank=True)
    flag = models.CharField(_("interpretation"), max_length=2, choices=Flag.choices, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.ORDERED)
    status_reason = models.CharField(_("reason of the status"), max_length=200, blank=True)
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)
    reported_at = models.DateTimeField(_("reported at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    release_policy = models.CharField(
        _("release"), max_length=12, choices=Release.choices, default=Release.AFTER_REVIEW
    )
    release_days = models.PositiveSmallIntegerField(_("days until the release"), null=True, blank=True)
    # When the patient may see it: empty until the policy says so.
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    corrects = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrected",
        verbose_name=_("corrects"),
    )

    objects = LabResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["-taken_at", "-pk"]
        indexes = [models.Index(name="result_patient", fields=["patient", "-taken_at"])]
        constraints = [
            models.CheckConstraint(
                name="a_final_result_says_something",
                condition=~Q(status__in=REPORTED) | Q(value_quantity__isnull=False) | ~Q(value_text=""),
            ),
            models.CheckConstraint(
                name="a_release_after_days_says_how_many",
                condition=~Q(release_policy="after-days") | Q(release_days__isnull=False),
            ),
            models.CheckConstraint(
                name="what_is_never_released_is_not_released",
                condition=~Q(release_policy="never") | Q(released_at__isnull=True),
            ),
            ImmutableWhen(
                name="a_reported_result_stays",
                undone=True,
                condition=CLOSED,
                allow={"status": [("final", ENTERED_IN_ERROR), ("corrected", ENTERED_IN_ERROR)]},
                once=["reviewed_by", "reviewed_at", "released_at"],
                free=["status_reason", "version"],
                moved=["patient"],
            ),
            AuditRows(name="results_are_audited", patient="patient"),
        ]

    def why_it_stays(self) -> str:
        """Struck through, a correction would take the value before it along, which nobody called a mistake."""
        if self.corrects is None or self.corrects.is_in_error:
            return ""
        words = _(
            "The value before this one would not come back. Correct it once more; "
            "or mark the value before as entered in error first."
        )
        return str(words)
