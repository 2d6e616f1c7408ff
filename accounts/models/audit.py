"""What was done, by whom and why: row changes are written by triggers, intents by record_event."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.merging import KEEP
from accounts.roles import Reach
from accounts.triggers import AppendOnly

# Each app adds the intents it records in its AppConfig.ready.
ACTIONS: dict[str, str | Promise] = {
    "create": _("Added"),
    "update": _("Changed"),
    "delete": _("Deleted"),
    "read": _("Read"),
    "search": _("Searched"),
    "sign": _("Signed"),
    "print": _("Printed"),
    "export": _("Exported"),
    "load": _("Loaded"),
    "undo-load": _("Undid a load"),
    "backup": _("Backed up"),
    "restore": _("Restored from a backup"),
    "see-as": _("Saw as another role"),
    "merge": _("Merged two patients"),
    "unmerge": _("Undid a merge of patients"),
    "login": _("Signed in"),
    "logout": _("Signed out"),
    "login-failed": _("Failed to sign in"),
    "refused": _("Was refused"),
}


class AuditEventQuerySet(VisibleQuerySet):
    def within(self, how_far: Reach, user: Any) -> Q:
        """Administrators see what was done to accounts and settings, and nothing about a patient."""
        if how_far is Reach.METADATA:
            return Q(patient__isnull=True, target_table__startswith="accounts_")
        return super().within(how_far, user)


class AuditEvent(models.Model):
    class Source(models.TextChoices):
        TRIGGER = "trigger", _("Database trigger")
        EVENT = "event", _("Recorded by the site")

    # Keys without database constraints: the note must outlive whatever it speaks of.
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    happened_at = models.DateTimeField(_("happened at"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        verbose_name=_("who"),
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    role = models.CharField(_("role"), max_length=20, blank=True)
    action = models.CharField(_("action"), max_length=40)
    target_table = models.CharField(_("table"), max_length=63, blank=True)
    target_id = models.CharField(_("row"), max_length=64, blank=True)
    patient = models.ForeignKey(
        "accounts.Patient",
        models.DO_NOTHING,
        verbose_name=_("patient"),
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    changes = models.JSONField(_("changes"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    source = models.CharField(_("source"), max_length=8, choices=Source.choices)
    batch_id = models.BigIntegerField(_("load batch"), null=True, blank=True)
    db_role = models.CharField(_("database role"), max_length=63, blank=True)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = AuditEventQuerySet.as_manager()
    merge_rules = {"patient": KEEP}

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-recorded_at", "-id"]
        indexes = [
            models.Index(fields=["patient", "recorded_at"], name="audit_by_patient"),
            models.Index(fields=["actor", "recorded_at"], name="audit_by_actor"),
            models.Index(fields=["target_table", "target_id"], name="audit_by_row"),
        ]
        constraints = [AppendOnly(name="audit_is_append_only")]

    def __str__(self) -> str:
        return (
            f"{self.recorded_at:%Y-%m-%d %H:%M:%S} {self.action} {self.target_table} {self.target_id}".strip()
        )

    @property
    def action_label(self) -> str:
        return str(ACTIONS.get(self.action, self.action))
