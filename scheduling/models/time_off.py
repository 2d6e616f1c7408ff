"""When a doctor or a whole place is away, and what became of each visit that stood in the way."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import ArchivableModel, ArchivableQuerySet, PublicModel, VersionedModel
from accounts.roles import Reach
from accounts.triggers import AuditRows
from scheduling.states import Status


class TimeOffQuerySet(ArchivableQuerySet, VisibleQuerySet):
    def within(self, how_far: Reach, user: Any) -> Q:
        return Q(doctor__user=user) if how_far is Reach.MINE else super().within(how_far, user)

    def overlapping(self, start: datetime, end: datetime) -> Self:
        return self.filter(start_at__lt=end, end_at__gt=start)

    def with_doctor(self) -> Self:
        """What a list of leave shows, in one query."""
        return self.select_related("doctor", "doctor__location")


class TimeOff(PublicModel, VersionedModel, ArchivableModel):
    """Leave of a doctor; withdrawn leave is archived. The reason is the doctor's own and is shown to nobody else."""

    class Kind(models.TextChoices):
        VACATION = "vacation", _("Holiday")
        SICK = "sick", _("Illness")
        EDUCATION = "education", _("Training")
        OTHER = "other", _("Other")

    doctor = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, related_name="time_off", verbose_name=_("doctor")
    )
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"), help_text=_("The first moment back at work."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.VACATION)
    reason = models.CharField(_("private reason"), max_length=300, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("entered by"),
    )
    idempotency_key = models.UUIDField(null=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = TimeOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leave")
        ordering = ["-start_at", "pk"]
        indexes = [models.Index(name="time_off_doctor_end", fields=["doctor", "end_at"])]
        constraints = [
            models.CheckConstraint(
                name="leave_ends_after_it_starts",
                condition=Q(end_at__gt=F("start_at")),
                violation_error_message=_("Leave ends after it starts."),
            ),
            models.UniqueConstraint(
                name="an_order_for_leave_counts_once", fields=["entered_by", "idempotency_key"]
            ),
            AuditRows(name="leave_is_audited", exclude=["reason"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.start_at:%Y-%m-%d} – {self.end_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("scheduling:leave-detail", args=[self.public_id])


class ClosureQuerySet(VisibleQuerySet):
    def overlapping(self, start: datetime, end: datetime) -> Self:
        return self.filter(start_at__lt=end, end_at__gt=start)


class ClinicClosure(PublicModel, VersionedModel):
    """Nobody is seen at the place; without a place, nowhere in the house."""

    location = models.ForeignKey(
        "accounts.Location",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="closures",
        verbose_name=_("location"),
        help_text=_("None chosen means all."),
    )
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"))
    reason = models.CharField(
        _("reason"), max_length=200, blank=True, help_text=_("Patients read it, as in “Public holiday”.")
    )

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["-start_at", "pk"]
        indexes = [models.Index(name="closure_end", fields=["end_at"])]
        constraints = [
            models.CheckConstraint(
                name="a_closure_ends_after_it_starts",
                condition=Q(end_at__gt=F("start_at")),
                violation_error_message=_("A closure ends after it starts."),
            ),
            AuditRows(name="closures_are_audited"),
        ]

    def __str__(self) -> str:
        return f"{self.start_at:%Y-%m-%d} – {self.end_at:%Y-%m-%d} {self.reason}".strip()


class TimeOffDecisionQuerySet(VisibleQuerySet):
    permission = "scheduling.view_appointment"

    def within(self, how_far: Reach, user: Any) -> Q:
        appointments = TimeOffDecision._meta.get_field("appointment").related_model
        return Q(appointment__in=appointments.objects.visible_to(user).values("pk"))

    def unanswered(self) -> Self:
        """Moved or offered, and the patient has not said yet whether the new time suits."""
        asked = [TimeOffDecision.Choice.MOVE, TimeOffDecision.Choice.OFFER]
        return self.filter(choice__in=asked, answer="")

    def awaited(self, now: datetime) -> Self:
        """Unanswered, and the new time of the visit is still to come."""
        return self.unanswered().filter(appointment__status=Status.BOOKED, new_start_at__gt=now)

    def with_visits(self) -> Self:
        """The visit, old and new doctor and the places, in one query."""
        return self.select_related(
            "time_off",
            "appointment__patient",
            "appointment__doctor",
            "appointment__type",
            "appointment__location",
            "appointment__department",
            "old_doctor",
            "new_doctor",
            "new_location",
        )


class TimeOffDecision(models.Model):
    """What was decided for one visit that leave stood in the way of, and the patient's answer."""

    class Choice(models.TextChoices):
        MOVE = "move", _("Move")
        OFFER = "offer", _("Offer")
        CANCEL = "cancel", _("Cancel")
        KEEP = "keep", _("Keep")

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Chose otherwise")

    time_off = models.ForeignKey(
        TimeOff, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("leave")
    )
    appointment = models.ForeignKey(
        "scheduling.Appointment",
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name=_("appointment"),
    )
    choice = models.CharField(_("decision"), max_length=6, choices=Choice.choices)
    old_start_at = models.DateTimeField(_("old time"))
    old_doctor = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, related_name="+", verbose_name=_("old doctor")
    )
    new_start_at = models.DateTimeField(_("new time"), null=True)
    new_doctor = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("new doctor")
    )
    new_location = models.ForeignKey(
        "accounts.Location", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("location")
    )
    hold = models.OneToOneField(
        "scheduling.Appointment",
        on_delete=models.PROTECT,
        null=True,
        related_name="offer",
        verbose_name=_("time kept free for the patient"),
    )
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)

    objects = TimeOffDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision about a visit during leave")
        verbose_name_plural = _("decisions about visits during leave")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="leave_decides_once_about_a_visit", fields=["time_off", "appointment"]
            ),
            models.CheckConstraint(
                name="a_new_time_has_a_new_doctor",
                condition=Q(new_start_at__isnull=True, new_doctor__isnull=True)
                | Q(new_start_at__isnull=False, new_doctor__isnull=False),
            ),
            models.CheckConstraint(
                name="an_answer_has_a_time",
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
            AuditRows(name="decisions_are_audited", patient="appointment__patient"),
        ]

    def __str__(self) -> str:
        return f"{self.get_choice_display()} {self.old_start_at:%Y-%m-%d %H:%M}"
