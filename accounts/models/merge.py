"""That two files became one, and all that is needed to take it back."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import PublicModel
from accounts.models.merging import KEEP
from accounts.triggers import AuditRows

UNDO_FOR = timedelta(days=30)


class PatientMergeQuerySet(VisibleQuerySet):
    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)


class PatientMerge(PublicModel):
    survivor = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="+", verbose_name=_("file that stays")
    )
    loser = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="+", verbose_name=_("file that was merged")
    )
    # Which file's value stands, by field; what moved and what changed, by table and row.
    choices = models.JSONField(_("choices"), default=dict)
    snapshot = models.JSONField(_("snapshot"), default=dict)
    reason = models.CharField(_("reason"), max_length=300)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("merged by")
    )
    merged_at = models.DateTimeField(_("merged at"), default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = PatientMergeQuerySet.as_manager()
    merge_rules = {"survivor": KEEP, "loser": KEEP}

    class Meta:
        verbose_name = _("merge of patients")
        verbose_name_plural = _("merges of patients")
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="a_patient_is_merged_once", fields=["loser"], condition=Q(undone_at__isnull=True)
            ),
            models.CheckConstraint(name="a_merge_is_of_two_patients", condition=~Q(survivor=F("loser"))),
            AuditRows(name="merges_are_audited", patient="survivor", exclude=["snapshot"]),
        ]

    def __str__(self) -> str:
        return f"{self.loser} → {self.survivor}"

    @property
    def undo_until(self) -> datetime:
        """The last instant at which it can be undone."""
        return self.merged_at + UNDO_FOR
