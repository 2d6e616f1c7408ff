"""Two patients who may be one person, until somebody decides."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.merging import KEEP
from accounts.models.patient import Patient
from accounts.triggers import AuditRows


class Reason(models.TextChoices):
    """What speaks for one person."""

    NAME = "name", _("Same name")
    SOUND = "sound", _("Name that sounds the same")
    SIMILAR = "similar", _("Similar name")
    GIVEN = "given", _("Given name that sounds the same")
    BIRTH_DATE = "birth-date", _("Same date of birth")
    SWAPPED = "swapped", _("Day and month of birth swapped")
    NEAR = "near", _("Date of birth that differs in one part")
    PHONE = "phone", _("Same phone number")
    EMAIL = "email", _("Same e-mail address")
    IDENTIFIER = "identifier", _("Same identifier in another system")


class PossibleTwinQuerySet(VisibleQuerySet):
    def waiting(self) -> Self:
        """Undecided, and both files still stand."""
        standing = {"first__merged_into__isnull": True, "second__merged_into__isnull": True}
        return self.filter(status=PossibleTwin.Status.OPEN, **standing)

    def waiting_for(self, patient: Patient) -> Self:
        """Undecided pairs of which the patient is one."""
        pairs = self.filter(Q(first=patient) | Q(second=patient), status=PossibleTwin.Status.OPEN)
        return pairs.select_related("first", "second")

    def of_pair(self, one: Patient, other: Patient) -> Self:
        first, second = sorted([one.pk, other.pk])
        return self.filter(first=first, second=second)


class PossibleTwin(models.Model):
    class Source(models.TextChoices):
        DESK = "desk", _("Registered at the desk")
        SELF = "self", _("Signed up")
        LOAD = "load", _("Loaded")
        EDIT = "edit", _("Details changed")

    class Status(models.TextChoices):
        OPEN = "open", _("To decide")
        DIFFERENT = "different", _("Different people")
        MERGED = "merged", _("Merged")

    # A patient without history may be deleted, and is then nobody's twin.
    first = models.ForeignKey(
        "accounts.Patient", on_delete=models.CASCADE, related_name="+", verbose_name=_("one patient")
    )
    second = models.ForeignKey(
        "accounts.Patient", on_delete=models.CASCADE, related_name="+", verbose_name=_("other patient")
    )
    reasons = models.JSONField(_("reasons"), default=list)
    source = models.CharField(_("how it was found"), max_length=4, choices=Source.choices)
    status = models.CharField(_("state"), max_length=9, choices=Status.choices, default=Status.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = PossibleTwinQuerySet.as_manager()
    merge_rules = {"first": KEEP, "second": KEEP}

    class Meta:
        verbose_name = _("possible twin")
        verbose_name_plural = _("possible twins")
        ordering = ["-status", "-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="a_pair_of_twins_stands_once", fields=["first", "second"]),
            models.CheckConstraint(name="a_pair_of_twins_is_in_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="a_decision_about_twins_has_a_time",
                condition=Q(status="open") | Q(decided_at__isnull=False),
            ),
            AuditRows(name="twins_are_audited", patient="first"),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.second}"

    @property
    def words(self) -> list[Any]:
        """The reasons, for people."""
        return [Reason(reason).label for reason in self.reasons]
