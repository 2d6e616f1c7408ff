"""Taking a backup: one moment of the database and the documents, sealed, opened again for a check, then named."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pyrage.x25519 import Identity

from accounts.audit import record_event
from accounts.models import Backup, User
from accounts.proofs import Finding
from hospital.backups import documents, keys, media, postgresql, sqlite
from hospital.backups.archive import FORMAT, Manifest, Whole, checked, in_parts, packed
from hospital.backups.errors import NotTaken
from hospital.backups.leftovers import GIVEN_UP_AFTER, sweep
from hospital.backups.proving import applied_migrations
from hospital.backups.sealing import seal
from hospital.backups.snapshots import Snapshot

ENDING, PARTIAL = ".tar.age", ".partial"
VENDORS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}

Tell = Callable[[str], None]


class Taken(NamedTuple):
    row: Backup
    manifest: Manifest
    # Documents that rows name and that the house has lost.
    lost: list[Finding]


def take(*, path: Path, actor: User | None, tell: Tell) -> Taken:
    """Backs the house up into a folder, or into a new file of this name; the row says how it went."""
    recipients, target = keys.recipients(), named(path)
    if connection.vendor == "postgresql":
        postgresql.tool("pg_dump", NotTaken)
    give_up_on_old_ones(target.parent)
    row = Backup.objects.create(path=str(target), actor=actor)
    with noted(row), VENDORS[connection.vendor].snapshot(connection) as snapshot:
        tell(_("Sealing what was found …"))
        whole = written(target, manifest_of(row, snapshot), snapshot, recipients)
        lost = documents.lost(whole.manifest.documents)
    finish(row, whole, actor, lost)
    return Taken(row, whole.manifest, lost)


def named(path: Path) -> Path:
    """The file to be made; a path that does not end like a backup is a folder."""
    path = path.absolute()
    if path.resolve().is_relative_to(media.root().resolve()):
        raise NotTaken(_("Documents are kept in this folder; a backup does not belong among them."))
    if path.is_dir() or path.suffix != Path(ENDING).suffix:
        path /= f"hospital-{timezone.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}{ENDING}"
    if path.exists():
        raise NotTaken(_("%(path)s is there already, and nothing is written over.") % {"path": path})
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextmanager
def noted(row: Backup) -> Iterator[None]:
    """Whatever stops the backup, its row does not go on saying that it runs."""
    failed = True
    try:
        yield
        failed = False
    finally:
        if failed:
            Backup.objects.filter(pk=row.pk).update(status=Backup.Status.FAILED, finished_at=timezone.now())


def manifest_of(row: Backup, snapshot: Snapshot) -> Manifest:
    return Manifest(
        format=FORMAT,
        taken_at=row.started_at.isoformat(),
        backup=str(row.public_id),
        vendor=connection.vendor,
        server=snapshot.server,
        migrations=applied_migrations(),
        tables=snapshot.tables,
    )


def written(target: Path, manifest: Manifest, snapshot: Snapshot, recipients: list[keys.Recipient]) -> Whole:
    """The file stands under its name once it has been opened and read to its end.

    It is opened with a key made for this one check and thrown away: the secret key need not be here.
    """
    once, partial = Identity.generate(), target.with_name(f".{target.name}{PARTIAL}")
    blocks = packed(chain(in_parts(snapshot.blocks), media.members()), manifest)
    try:
        size, digest = seal(blocks, partial, [*recipients, once.to_public()])
        whole = checked(partial, [once])
        if (whole.size, whole.digest) != (size, digest) or whole.manifest != manifest:
            raise NotTaken(_("The disk does not give back what was written to it."))
        partial.rename(target)
        settle(target)
    finally:
        partial.unlink(missing_ok=True)
    return whole


def settle(target: Path) -> None:
    """A new name is safe once its folder is; a backup that may not be safe does not stand there as if it were."""
    try:
        to_the_disk(target.parent)
    except OSError:
        target.unlink()
        raise


def to_the_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def finish(row: Backup, whole: Whole, actor: User | None, lost: list[Finding]) -> None:
    """It counts even so: what it does hold is whole, and the history says how much is not in it."""
    row.status, row.finished_at = Backup.Status.FINISHED, timezone.now()
    row.size, row.digest = whole.size, whole.digest
    with transaction.atomic():
        row.save(update_fields=["status", "finished_at", "size", "digest"])
        record_event(actor=actor, action="backup", target=row, reason=noted_of(row, lost))


def noted_of(row: Backup, lost: list[Finding]) -> str:
    name = Path(row.path).name
    return f"{name}; {len(lost)} documents missing" if lost else name


def give_up_on_old_ones(folder: Path) -> None:
    """What a killed backup left behind."""
    now = timezone.now()
    running = Backup.objects.filter(status=Backup.Status.RUNNING).older_than(now - GIVEN_UP_AFTER)
    running.update(status=Backup.Status.FAILED, finished_at=now)
    sweep(folder, f".hospital-*{ENDING}{PARTIAL}")


def rotate(folder: Path, keep: int) -> int:
    """Deletes the older backups in the folder that were made here, and nothing else; how many went."""
    rows = Backup.objects.filter(status=Backup.Status.FINISHED).order_by("-started_at", "-pk")
    mine = [Path(row.path) for row in rows.filter(path__startswith=f"{folder.absolute()}/")]
    standing = [path for path in mine if path.parent == folder.absolute() and path.exists()]
    for path in standing[keep:]:
        path.unlink()
    return len(standing[keep:])
