"""When a doctor sees patients, week by week, by the wall clock of the place."""

from datetime import date, time
from typing import Any, Self, cast

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import PublicModel, VersionedModel
from accounts.roles import Reach
from accounts.triggers import AuditRows
from scheduling.slots import Closed, Rule, stretch

DAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


class AvailabilityRuleQuerySet(VisibleQuerySet):
    def within(self, how_far: Reach, user: Any) -> Q:
        return Q(doctor__user=user)

    def on_days(self, doctor_ids: list[int], first: date, last: date) -> Self:
        """Rules of doctors still at work that touch these days."""
        lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=first)
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=last)
        return self.filter(lasting, begun, doctor__in=doctor_ids, doctor__archived_at__isnull=True)

    def current(self, today: date) -> Self:
        """Rules that hold today or begin later."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))

    def with_places(self) -> Self:
        """What a list of hours shows, in two queries."""
        return self.select_related("doctor", "department", "location").prefetch_related("types")


class AvailabilityRule(PublicModel, VersionedModel):
    doctor = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, related_name="rules", verbose_name=_("doctor")
    )
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="+", verbose_name=_("department")
    )
    location = models.ForeignKey(
        "accounts.Location", on_delete=models.PROTECT, related_name="rules", verbose_name=_("location")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=DAYS)
    start_time = models.TimeField(_("from"))
    end_time = models.TimeField(
        _("until"), help_text=_("A time that is not after the start belongs to the next day.")
    )
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    every_weeks = models.PositiveSmallIntegerField(
        _("every so many weeks"), default=1, validators=[MinValueValidator(1), MaxValueValidator(52)]
    )
    anchor_date = models.DateField(
        _("a day in a week that counts"),
        null=True,
        blank=True,
        help_text=_("Needed when the rule does not hold every week."),
    )
    types = models.ManyToManyField(
        "scheduling.AppointmentType",
        blank=True,
        verbose_name=_("types of visit"),
        help_text=_("None chosen means all."),
    )

    objects = AvailabilityRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("weekly rule")
        verbose_name_plural = _("weekly rules")
        ordering = ["doctor", "weekday", "start_time"]
        constraints = [
            models.CheckConstraint(name="a_weekday_is_a_weekday", condition=Q(weekday__lte=6)),
            models.CheckConstraint(
                name="a_rule_ends_after_it_begins",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                name="alternate_weeks_need_an_anchor",
                condition=Q(every_weeks=1) | Q(every_weeks__gt=1, anchor_date__isnull=False),
                violation_error_message=_("Name a day in a week that counts."),
            ),
            AuditRows(name="availability_rules_are_audited"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.start_time:%H:%M} – {self.end_time:%H:%M}"

    def clean(self) -> None:
        if self.start_time is not None and self.start_time == self.end_time:
            raise ValidationError({"end_time": _("The rule is as long as a whole day: give it an end.")})

    def as_slot_rule(self, type_ids: frozenset[int]) -> Rule:
        """The form that the slot search reads; needs `location` loaded, and is told the types."""
        return Rule(
            doctor_id=self.doctor_id,
            department_id=self.department_id,
            location_id=self.location_id,
            zone=self.location.time_zone,
            weekday=self.weekday,
            start=self.start_time,
            end=self.end_time,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            every_weeks=self.every_weeks,
            anchor=self.anchor_date,
            type_ids=type_ids,
        )


class AvailabilityOverrideQuerySet(VisibleQuerySet):
    def within(self, how_far: Reach, user: Any) -> Q:
        return Q(doctor__user=user)

    def between(self, first: date, last: date) -> Self:
        return self.filter(date__gte=first, date__lte=last)

    def with_places(self) -> Self:
        return self.select_related("doctor", "department", "location")


class AvailabilityOverride(PublicModel, VersionedModel):
    """One day that differs from the weekly hours: open adds hours, close takes some or all away."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Also open")
        CLOSE = "close", _("Closed")

    doctor = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, related_name="overrides", verbose_name=_("doctor")
    )
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="+", verbose_name=_("department")
    )
    location = models.ForeignKey(
        "accounts.Location", on_delete=models.PROTECT, related_name="overrides", verbose_name=_("location")
    )
    date = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    start_time = models.TimeField(_("from"), null=True, blank=True)
    end_time = models.TimeField(
        _("until"),
        null=True,
        blank=True,
        help_text=_(
            "A time that is not after the start belongs to the next day. Closed without times: all day."
        ),
    )
    note = models.CharField(_("note of the staff"), max_length=200, blank=True)

    objects = AvailabilityOverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception to the weekly hours")
        verbose_name_plural = _("exceptions to the weekly hours")
        ordering = ["date", "start_time", "pk"]
        indexes = [models.Index(name="override_doctor_date", fields=["doctor", "date"])]
        constraints = [
            models.CheckConstraint(
                name="an_exception_opens_or_closes", condition=Q(kind__in=["open", "close"])
            ),
            models.CheckConstraint(
                name="an_exception_has_both_times_or_none",
                condition=Q(start_time__isnull=True, end_time__isnull=True)
                | Q(start_time__isnull=False, end_time__isnull=False),
                violation_error_message=_("Give both times, or none to close the whole day."),
            ),
            models.CheckConstraint(
                name="an_open_day_has_hours",
                condition=Q(kind="close") | Q(start_time__isnull=False),
                violation_error_message=_("Say from when until when the doctor sees patients."),
            ),
            AuditRows(name="availability_overrides_are_audited"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.date:%Y-%m-%d}"

    def clean(self) -> None:
        if self.start_time is not None and self.start_time == self.end_time:
            raise ValidationError({"end_time": _("Give an end that differs from the start.")})

    def as_rule(self) -> Rule:
        """An extra open day is a rule that holds on that day only; needs `location` loaded."""
        return Rule(
            doctor_id=self.doctor_id,
            department_id=self.department_id,
            location_id=self.location_id,
            zone=self.location.time_zone,
            weekday=self.date.weekday(),
            start=cast(time, self.start_time),
            end=cast(time, self.end_time),
            valid_from=self.date,
            valid_until=self.date,
        )

    def as_closed(self) -> Closed:
        """The part of the local day that is taken away, at this place; needs `location` loaded."""
        start, end = self.start_time or time.min, self.end_time or time.min
        low, high = stretch(self.location.time_zone, self.date, start, end)
        return Closed(low, high, self.doctor_id, self.location_id)
