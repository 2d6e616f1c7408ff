"""Backups that were taken: what the work desk tells the age of."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import PublicModel


class BackupQuerySet(VisibleQuerySet):
    def last_good(self) -> "Backup | None":
        """The newest that was finished and checked; one query."""
        return self.filter(status=Backup.Status.FINISHED).order_by("-started_at", "-pk").first()

    def older_than(self, moment: datetime) -> Self:
        return self.filter(started_at__lt=moment)


class Backup(PublicModel):
    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    status = models.CharField(_("state"), max_length=8, choices=Status.choices, default=Status.RUNNING)
    path = models.CharField(_("file"), max_length=500)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = BackupQuerySet.as_manager()

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="a_finished_backup_has_a_digest",
                condition=~Q(status="finished") | (~Q(digest="") & Q(finished_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.path}"
