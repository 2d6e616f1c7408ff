"""What a load brought: the batch, and where every loaded row came from."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import PublicModel
from accounts.triggers import AppendOnly

# A load tells about once a second that it goes on; one that was silent for so long has ended without a word.
SILENCE = timedelta(minutes=2)


class LoadBatchQuerySet(VisibleQuerySet):
    def abandoned(self, now: datetime) -> Self:
        """Said to be running, though nobody has heard of them: killed, most likely."""
        heard = Coalesce("heartbeat_at", "started_at")
        return self.filter(status=LoadBatch.Status.RUNNING).alias(heard=heard).filter(heard__lt=now - SILENCE)

    def stop_abandoned(self, now: datetime) -> int:
        """Those without a file, which a worker would take up again: they stand as stopped from now on."""
        return self.abandoned(now).filter(file="").update(status=LoadBatch.Status.STOPPED, finished_at=now)

    def systems(self) -> list[str]:
        """All under whose names keys are kept; one query. The index of keys begins with them."""
        return list(self.order_by("system").values_list("system", flat=True).distinct())

    def begun_since(self, moment: datetime) -> Self:
        return self.filter(started_at__gte=moment)

    def last_finished(self) -> "LoadBatch | None":
        """One query."""
        done = self.filter(status=LoadBatch.Status.FINISHED, finished_at__isnull=False)
        return done.order_by("-finished_at", "-pk").first()


class LoadBatch(PublicModel):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        WAITING = "waiting", _("Waiting to be loaded")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        REFUSED = "refused", _("Refused")
        STOPPED = "stopped", _("Stopped half-way")
        UNDONE = "undone", _("Undone")

    # The layout of the input, and the name under which its keys are kept.
    kind = models.CharField(_("kind"), max_length=40)
    system = models.CharField(_("source system"), max_length=100, blank=True)
    source = models.CharField(_("source"), max_length=300)
    file = models.FileField(_("file"), upload_to="loads/", blank=True)
    digest = models.CharField(_("SHA-256"), max_length=64, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.RUNNING)
    counts = models.JSONField(_("counts"), default=dict)
    # How it is to be read: encoding, separator, columns, and what to do with faulty rows.
    options = models.JSONField(_("options"), default=dict, blank=True)
    # The first faults and the warnings; where a load stands that runs.
    report = models.JSONField(_("report"), default=dict, blank=True)
    progress = models.JSONField(_("progress"), default=dict, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undone_at = models.DateTimeField(_("undone at"), null=True)

    objects = LoadBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("load")
        verbose_name_plural = _("loads")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def has_written(self) -> bool:
        """Whether any row came or changed by it, whatever became of it afterwards; up to two queries."""
        return self.references.exists() or self.changes.exists()


class SourceReferenceQuerySet(VisibleQuerySet):
    pass


class SourceReference(models.Model):
    """The key under which another system knows a row, and the digest of what it last said."""

    system = models.CharField(_("system"), max_length=100)
    kind = models.CharField(_("kind"), max_length=40)
    value = models.CharField(_("key"), max_length=200)
    digest = models.CharField(_("SHA-256"), max_length=64)
    target_id = models.BigIntegerField(_("row"))
    batch = models.ForeignKey(
        LoadBatch, on_delete=models.PROTECT, related_name="references", verbose_name=_("load")
    )

    objects = SourceReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source reference")
        verbose_name_plural = _("source references")
        constraints = [
            models.UniqueConstraint(name="a_source_key_is_one_row", fields=["system", "kind", "value"])
        ]
        indexes = [
            models.Index(name="reference_target", fields=["kind", "target_id"]),
            # One person whom two systems know under one key.
            models.Index(name="reference_patient", fields=["value"], condition=Q(kind="patient")),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.kind} {self.value}"


class LoadChange(models.Model):
    """What stood in a row before a load changed it, so that the load can be undone."""

    batch = models.ForeignKey(
        LoadBatch, on_delete=models.PROTECT, related_name="changes", verbose_name=_("load")
    )
    model = models.CharField(_("kind"), max_length=80)
    target_id = models.BigIntegerField(_("row"))
    # Columns and their values, spelt as `services.spelling` does.
    before = models.JSONField(_("before"), default=dict)

    class Meta:
        verbose_name = _("change by a load")
        verbose_name_plural = _("changes by loads")
        constraints = [
            models.UniqueConstraint(name="a_load_changes_a_row_once", fields=["batch", "model", "target_id"]),
            AppendOnly(name="what_loads_changed_is_append_only"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.target_id}"
