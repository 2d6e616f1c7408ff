"""Kinds of visit: how long, how early, how far ahead."""

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import ArchivableModel, ArchivableQuerySet, PublicModel, VersionedModel
from scheduling.slots import Shape


class AppointmentTypeQuerySet(ArchivableQuerySet, VisibleQuerySet):
    def for_patients(self) -> Self:
        """Those that a patient may book without asking."""
        return self.current().filter(patients_may_book=True)


class AppointmentType(PublicModel, VersionedModel, ArchivableModel):
    class Mode(models.TextChoices):
        IN_PERSON = "in-person", _("In person")
        VIDEO = "video", _("Video call")
        PHONE = "phone", _("Phone call")

    name = models.CharField(_("name"), max_length=100, unique=True)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    description = models.CharField(_("in words for patients"), max_length=300, blank=True)
    preparation = models.CharField(_("how to prepare, in words for patients"), max_length=500, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.IN_PERSON)
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), validators=[MinValueValidator(1)])
    step_minutes = models.PositiveSmallIntegerField(
        _("starts every so many minutes"), validators=[MinValueValidator(1)]
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(_("buffer before, in minutes"), default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(_("buffer after, in minutes"), default=0)
    lead_minutes = models.PositiveIntegerField(
        _("lead in minutes"), default=60, help_text=_("Patients book at least this long before the start.")
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("horizon in days"), default=90, help_text=_("Patients book at most this far ahead.")
    )
    cancel_notice_minutes = models.PositiveIntegerField(
        _("notice to cancel, in minutes"),
        default=120,
        help_text=_("Patients cancel on the site until this long before the start; later they call."),
    )
    move_notice_minutes = models.PositiveIntegerField(
        _("notice to move, in minutes"),
        default=120,
        help_text=_("Patients choose another time on the site until this long before the start."),
    )
    max_moves = models.PositiveSmallIntegerField(
        _("moves by the patient"), default=3, help_text=_("How often patients may move one visit themselves.")
    )
    daily_limit = models.PositiveSmallIntegerField(
        _("at most so many a day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("For each doctor and day; once reached, no more times are shown. Empty means no limit."),
    )
    needs_approval = models.BooleanField(
        _("needs approval"),
        default=False,
        help_text=_("What patients book waits until the hospital has agreed; the time is kept meanwhile."),
    )
    patients_may_book = models.BooleanField(_("patients may book"), default=True)

    objects = AppointmentTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment type")
        verbose_name_plural = _("appointment types")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="a_type_has_a_length", condition=Q(minutes__gt=0, minutes__lte=720)),
            models.CheckConstraint(name="a_type_has_a_step", condition=Q(step_minutes__gt=0)),
            models.CheckConstraint(name="a_type_can_be_booked_ahead", condition=Q(horizon_days__gt=0)),
            models.CheckConstraint(
                name="a_daily_limit_lets_someone_in",
                condition=Q(daily_limit__isnull=True) | Q(daily_limit__gt=0),
            ),
            models.CheckConstraint(
                name="a_visit_with_its_buffers_fits_a_day",
                condition=Q(buffer_before_minutes__lte=360, buffer_after_minutes__lte=360),
                violation_error_message=_("A buffer has at most 360 minutes."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shape(self) -> Shape:
        """The form that the slot search reads; minutes throughout."""
        return Shape(
            type_id=self.pk,
            minutes=self.minutes,
            step=self.step_minutes,
            before=self.buffer_before_minutes,
            after=self.buffer_after_minutes,
        )
