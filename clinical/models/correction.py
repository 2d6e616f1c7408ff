"""A patient says that something in the record is wrong: a task until somebody has answered."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import VersionedModel
from accounts.roles import Reach
from accounts.triggers import AuditRows, ImmutableWhen
from clinical.models.patient_rows import PatientRow, PatientRowQuerySet

ANSWERED = ["completed", "rejected"]


class CorrectionRequestQuerySet(PatientRowQuerySet):
    doctor_path = "record__encounter__doctor__user"

    def within(self, how_far: Reach, user: Any) -> Q:
        """Whoever wrote the record answers, and nobody else."""
        if how_far is Reach.MINE:
            return Q(record__encounter__doctor__user=user)
        return super().within(how_far, user)

    def released(self) -> Q:
        """The patient reads every request of theirs, with its answer."""
        return Q(pk__isnull=False)

    def open(self) -> Self:
        """Those without an answer, the oldest first, with what a task shows."""
        waiting = self.exclude(status__in=ANSWERED).order_by("recorded_at", "pk")
        return waiting.select_related("patient", "record__encounter")


class CorrectionRequest(PatientRow, VersionedModel):
    class Status(models.TextChoices):
        """FHIR R4 task status."""

        REQUESTED = "requested", _("Waits for an answer")
        COMPLETED = "completed", _("Corrected")
        REJECTED = "rejected", _("Not corrected")

    record = models.ForeignKey(
        "clinical.MedicalRecord",
        on_delete=models.PROTECT,
        related_name="correction_requests",
        verbose_name=_("record"),
    )
    text = models.TextField(_("what is wrong"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.REQUESTED)
    happened_at = models.DateTimeField(_("asked at"), default=timezone.now)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a correction")
        verbose_name_plural = _("requests for corrections")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="an_answered_request_has_an_answer",
                condition=~Q(status__in=ANSWERED)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            ),
            ImmutableWhen(
                name="an_answer_stays", condition=Q(status__in=ANSWERED), free=["version"], moved=["patient"]
            ),
            AuditRows(name="correction_requests_are_audited", patient="patient"),
        ]
