"""Loads from elsewhere, and backups: how many stand where, and when the last went well."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from accounts.admin.recent import WEEK
from accounts.models import Backup, LoadBatch
from hospital.desk.figures import LOADS, Fact, Figure, how_many, proof, waiting

LIST = "accounts_loadbatch"
# A house that takes one every night has none that is older.
OLDEST_BACKUP = timedelta(days=1)


def loads(user: Any, now: datetime) -> list[Figure]:
    """Two queries."""
    if not user.has_perm("accounts.view_loadbatch"):
        return []
    batches, status = LoadBatch.objects.visible_to(user), LoadBatch.Status
    counts = dict(batches.order_by().values_list("status").annotate(Count("pk")))
    refused = how_many(batches.filter(status=status.REFUSED).begun_since(now - WEEK))
    return [
        Figure(_("Loads running"), counts.get(status.RUNNING, 0), of_status(status.RUNNING), LOADS),
        Figure(_("Loads waiting to begin"), counts.get(status.WAITING, 0), of_status(status.WAITING), LOADS),
        waiting(_("Loads being prepared"), counts.get(status.DRAFT, 0), of_status(status.DRAFT)),
        waiting(_("Loads stopped half-way"), counts.get(status.STOPPED, 0), of_status(status.STOPPED)),
        waiting(_("Loads refused in the last 7 days"), refused, f"{of_status(status.REFUSED)}&begun=week"),
    ]


def of_status(status: str) -> str:
    return proof(LIST, f"status__exact={status}")


def last_times(user: Any, now: datetime) -> list[Fact]:
    """Two queries."""
    found = []
    if user.has_perm("accounts.view_loadbatch"):
        found.append(last_load(LoadBatch.objects.visible_to(user).last_finished(), now))
    if user.has_perm("accounts.view_backup"):
        found.append(last_backup(Backup.objects.visible_to(user).last_good(), now))
    return found


def last_load(batch: LoadBatch | None, now: datetime) -> Fact:
    label = _("Last finished load")
    if batch is None:
        return Fact(label, _("Nothing was loaded yet"))
    return Fact(
        label, ago(batch.finished_at, now), reverse("admin:accounts_loadbatch_change", args=[batch.pk])
    )


def last_backup(backup: Backup | None, now: datetime) -> Fact:
    """Its age runs from its start: what was written later is not in it."""
    label = _("Last good backup")
    if backup is None:
        return Fact(label, _("There is none: take one now"), needs_action=True)
    url = reverse("admin:accounts_backup_change", args=[backup.pk])
    is_old = now - backup.started_at > OLDEST_BACKUP
    return Fact(label, ago(backup.started_at, now), url, needs_action=is_old)


def ago(moment: Any, now: datetime) -> Any:
    return _("%(time)s ago") % {"time": timesince(moment, now)}
