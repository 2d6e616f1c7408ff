"""A visit: who sees whom, where and when."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models import Department, PatientAccess
from accounts.models.base import PublicModel, VersionedModel
from accounts.models.merging import RESOLVE, Change
from accounts.roles import Reach
from accounts.triggers import AuditRows
from scheduling.constraints import NoOverlapConstraint
from scheduling.models.time_off import TimeOff, TimeOffDecision
from scheduling.states import ACTIVE, UPCOMING, Status


class AppointmentQuerySet(VisibleQuerySet):
    def within(self, how_far: Reach, user: Any) -> Q:
        if how_far is Reach.OWN:
            return Q(patient__in=PatientAccess.objects.open_to(user, "appointments").values("patient"))
        if how_far is Reach.MINE:
            return Q(doctor__user=user)
        if how_far is Reach.DEPARTMENT:
            return Q(department__in=Department.objects.below(user.department_id))
        return super().within(how_far, user)

    def active(self) -> Self:
        """Visits that occupy their time."""
        return self.filter(status__in=ACTIVE)

    def occupying(self, now: datetime) -> Self:
        """Visits that occupy their time, less those whose hold has run out."""
        lapsed = Q(status=Status.HELD, hold_expires_at__lte=now)
        return self.active().exclude(lapsed)

    def lapsed(self, now: datetime) -> Self:
        """Holds whose time is over, though nobody has let them go yet."""
        return self.filter(status=Status.HELD, hold_expires_at__lte=now)

    def overlapping(self, start: datetime, end: datetime) -> Self:
        return self.filter(block_start__lt=end, block_end__gt=start)

    def between(self, start: datetime, end: datetime) -> Self:
        return self.filter(start_at__gte=start, start_at__lt=end)

    def on_day(self, day: date) -> Self:
        """Visits that start on this day by the hospital's clock, in order."""
        start = timezone.make_aware(datetime.combine(day, time.min))
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        return self.between(start, end).order_by("start_at", "pk")

    def shown_on_the_day(self) -> Self:
        """What people at work need to see of a day: not who is just choosing a time, nor mistakes."""
        return self.exclude(status__in=[Status.HELD, Status.EXPIRED, Status.ENTERED_IN_ERROR])

    def in_leave(self, now: datetime) -> Self:
        """Visits still to come while their doctor is away, which nobody has decided to keep."""
        leave = TimeOff.objects.current().filter(doctor=OuterRef("doctor"))
        leave = leave.filter(start_at__lt=OuterRef("end_at"), end_at__gt=OuterRef("start_at"))
        kept = TimeOffDecision.objects.filter(
            appointment=OuterRef("pk"),
            choice=TimeOffDecision.Choice.KEEP,
            time_off__start_at__lt=OuterRef("end_at"),
            time_off__end_at__gt=OuterRef("start_at"),
        )
        waiting = self.filter(status__in=[Status.PENDING, Status.BOOKED], end_at__gt=now)
        return waiting.filter(Exists(leave), ~Exists(kept))

    def upcoming(self, now: datetime) -> Self:
        return self.filter(status__in=UPCOMING, end_at__gt=now).order_by("start_at")

    def of_archived_doctors(self, now: datetime) -> Self:
        """Booked visits that stayed when their doctor left."""
        return self.upcoming(now).filter(doctor__archived_at__isnull=False)

    def past(self, now: datetime) -> Self:
        over = Q(status__in=[Status.FULFILLED, Status.NOSHOW]) | Q(status__in=UPCOMING, end_at__lte=now)
        return self.filter(over).order_by("-start_at")

    def cancelled(self) -> Self:
        return self.filter(status=Status.CANCELLED).order_by("-start_at")

    def with_people(self) -> Self:
        """What a list shows of each visit, in one query."""
        return self.select_related("patient", "doctor", "type", "location", "department")


class Appointment(PublicModel, VersionedModel):
    class Source(models.TextChoices):
        SITE = "site", _("Site")
        ADMIN = "admin", _("Back office")
        COMMAND = "command", _("Command")
        API = "api", _("API")
        WALK_IN = "walk-in", _("Walk-in")

    class CancelledBy(models.TextChoices):
        PATIENT = "patient", _("Patient")
        CLINIC = "clinic", _("Hospital")
        SYSTEM = "system", _("System")

    class CancelReason(models.TextChoices):
        """HL7 appointment-cancellation-reason, those codes that fit a visit here."""

        PATIENT = "pat", _("The patient cannot come")
        PORTAL = "pat-cpp", _("Cancelled by the patient on the site")
        FEELING_BETTER = "pat-fb", _("The patient feels better")
        TRANSPORT = "pat-lt", _("The patient has no way to come")
        MOVED_AWAY = "pat-mv", _("The patient has moved away")
        DECEASED = "pat-dec", _("The patient has died")
        PROVIDER = "prov", _("The doctor is not available")
        PROVIDER_PERSONAL = "prov-pers", _("The doctor is away for a personal reason")
        PROVIDER_EDUCATION = "prov-edu", _("The doctor is at a training or meeting")
        MAINTENANCE = "maint", _("Equipment is being repaired")
        ERROR = "oth-err", _("Booked by mistake")
        WEATHER = "oth-weath", _("Weather")
        OTHER = "other", _("Another reason")

    doctor = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, related_name="appointments", verbose_name=_("doctor")
    )
    patient = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="appointments", verbose_name=_("patient")
    )
    type = models.ForeignKey(
        "scheduling.AppointmentType",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("type of visit"),
    )
    location = models.ForeignKey(
        "accounts.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("location")
    )
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="+", verbose_name=_("department")
    )
    start_at = models.DateTimeField(_("start"))
    end_at = models.DateTimeField(_("end"))
    block_start = models.DateTimeField(_("block start"), editable=False)
    block_end = models.DateTimeField(_("block end"), editable=False)
    session = models.UUIDField(default=uuid.uuid4, editable=False)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.BOOKED)
    doctor_overlap_allowed = models.BooleanField(_("the doctor may overlap"), default=False)
    patient_overlap_allowed = models.BooleanField(_("the patient may overlap"), default=False)
    overlap_reason = models.CharField(_("why it may overlap"), max_length=200, blank=True)
    hold_expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    hold_extensions = models.PositiveSmallIntegerField(_("times the hold was extended"), default=0)
    moves = models.PositiveSmallIntegerField(_("moved by the patient"), default=0, editable=False)
    cancelled_by = models.CharField(_("cancelled by"), max_length=8, choices=CancelledBy.choices, blank=True)
    cancel_code = models.CharField(_("coded reason"), max_length=10, choices=CancelReason.choices, blank=True)
    cancel_reason = models.CharField(_("reason of the cancellation"), max_length=500, blank=True)
    patient_reason = models.CharField(_("reason for the visit"), max_length=500, blank=True)
    staff_note = models.TextField(_("note of the staff"), blank=True)
    idempotency_key = models.UUIDField(null=True, editable=False)
    source = models.CharField(_("booked through"), max_length=8, choices=Source.choices, default=Source.SITE)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("booked by"),
    )
    arrived_at = models.DateTimeField(_("arrived at"), null=True, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = AppointmentQuerySet.as_manager()
    merge_rules = {"patient": RESOLVE}

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["start_at", "pk"]
        indexes = [
            # Holds all that the search for free times reads of a visit: it need not look at the rows.
            models.Index(
                name="appointment_busy",
                fields=["doctor", "block_start", "block_end", "status", "hold_expires_at"],
            ),
            models.Index(
                name="appointment_held", fields=["hold_expires_at"], condition=Q(status=Status.HELD)
            ),
            models.Index(name="appointment_patient_start", fields=["patient", "start_at"]),
            models.Index(name="appointment_day", fields=["start_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_visit_ends_after_it_starts", condition=Q(end_at__gt=F("start_at"))
            ),
            models.CheckConstraint(
                name="a_block_covers_its_visit",
                condition=Q(block_start__lte=F("start_at"), block_end__gte=F("end_at")),
            ),
            models.CheckConstraint(name="a_visit_status_is_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="an_overlap_has_a_reason",
                condition=Q(doctor_overlap_allowed=False, patient_overlap_allowed=False)
                | ~Q(overlap_reason=""),
                violation_error_message=_("Say why the visits may overlap."),
            ),
            models.CheckConstraint(
                name="a_hold_has_an_end",
                condition=~Q(status=Status.HELD) | Q(hold_expires_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="an_order_to_book_counts_once", fields=["booked_by", "idempotency_key"]
            ),
            NoOverlapConstraint(
                name="a_doctor_is_in_one_visit",
                equal=["doctor"],
                start="block_start",
                end="block_end",
                unequal=["session"],
                condition=Q(status__in=[str(status) for status in ACTIVE], doctor_overlap_allowed=False),
            ),
            NoOverlapConstraint(
                name="a_patient_is_in_one_place",
                equal=["patient"],
                start="start_at",
                end="end_at",
                unequal=["session"],
                condition=Q(status__in=[str(status) for status in ACTIVE], patient_overlap_allowed=False),
            ),
            AuditRows(name="appointments_are_audited", patient="patient"),
        ]

    def __str__(self) -> str:
        """By the hospital's clock, with its name: the place of the visit may have another."""
        return date_format(
            timezone.localtime(self.start_at, ZoneInfo(settings.HOSPITAL_TIME_ZONE)), "j F Y, H:i T"
        )

    @classmethod
    def merge_changes(cls, *, survivor: Any, loser: Any, now: datetime) -> list[Change]:
        """Visits at a time when the survivor is elsewhere: one person cannot be at both, so staff must see them."""
        theirs = cls.objects.active().filter(patient=loser, patient_overlap_allowed=False)
        other = cls.objects.active().filter(patient=survivor, patient_overlap_allowed=False)
        other = other.filter(start_at__lt=OuterRef("end_at"), end_at__gt=OuterRef("start_at"))
        other = other.exclude(session=OuterRef("session"))
        visits = theirs.filter(Exists(other)).select_related("doctor", "location").order_by("start_at", "pk")
        reason = _("Two files of one patient were merged: %(mrn)s into %(other)s.")
        words = str(reason) % {"mrn": loser.mrn, "other": survivor.mrn}
        return [visit.overlapping_after(words) for visit in visits]

    def overlapping_after(self, reason: str) -> Change:
        when = date_format(self.start_at.astimezone(self.location.zone), "j F Y, H:i")
        columns = {
            "patient_overlap_allowed": True,
            "overlap_reason": f"{self.overlap_reason} {reason}".strip()[:200],
        }
        return Change(self.pk, columns, f"{when}, {self.doctor}")

    def get_absolute_url(self) -> str:
        return reverse("scheduling:appointment-detail", args=[self.public_id])
