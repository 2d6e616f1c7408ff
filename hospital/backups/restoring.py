"""Putting a backup back: everything is read and judged first, and nothing changes unless all of it is as it was."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record_event
from accounts.models import Backup
from accounts.proofs import Finding
from hospital.backups import keys, media, postgresql, proving
from hospital.backups.archive import DATABASE, MEDIA, Manifest, Whole, checked
from hospital.backups.errors import BadArchive, NotRestored
from hospital.backups.taking import VENDORS

# Filled by `migrate` itself, in a database where nobody has worked yet.
FILLED_BY_MIGRATE = frozenset(
    {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"}
)
SHOWN = 5


class Restored(NamedTuple):
    manifest: Manifest
    # What was proven; None when the backup is of an older version and has to be migrated first.
    proven: Counter[str] | None


def check(*, path: Path, identity: Path | None) -> Whole:
    """Opens the archive and reads it to its end; the database is not asked."""
    return checked(path, keys.identities(identity))


def restore(*, path: Path, identity: Path | None, replace: bool, tell: Callable[[Finding], None]) -> Restored:
    """Raises NotRestored, with everything as it was, unless the backup is whole, fits, and proves itself."""
    opening = keys.identities(identity)
    if connection.vendor == "postgresql":
        postgresql.tool("pg_restore", NotRestored)
    if not replace:
        refuse_unless_empty()
    whole = checked(path, opening)
    refuse_unless_fitting(whole.manifest)
    with media.Arrivals() as arrivals:

        def read(take: Callable[[bytes], Any]) -> None:
            """Once more from the file; it must still be the one that was judged."""
            if checked(path, opening, sorted_out(take, arrivals)).digest != whole.digest:
                raise BadArchive

        with VENDORS[connection.vendor].restored(connection, read):
            proven = judged(whole, path, tell)
            # While the database can still be left as it was: a document that cannot be moved stops both.
            arrivals.settle()
    return Restored(whole.manifest, proven)


def sorted_out(take: Callable[[bytes], Any], arrivals: media.Arrivals) -> Callable[..., None]:
    def sink(name: str, blocks: Iterator[bytes]) -> None:
        if name.startswith(DATABASE):
            for block in blocks:
                take(block)
        elif name.startswith(MEDIA):
            arrivals.take(name.removeprefix(MEDIA), blocks)

    return sink


def judged(whole: Whole, path: Path, tell: Callable[[Finding], None]) -> Counter[str] | None:
    """Before it counts: the same rows, the rules in force, then the one fact that is new, that it was restored."""
    proving.prove_rows(whole.manifest)
    if proving.is_older(whole.manifest.migrations):
        return None
    proven = proving.prove_whole(whole.manifest, tell)
    note(whole, path)
    return proven


def note(whole: Whole, path: Path) -> None:
    """In the backup its own row still runs; that it ended well is known here."""
    row = Backup.objects.filter(public_id=whole.manifest.backup).first()
    if row is not None and row.status == Backup.Status.RUNNING:
        row.status, row.finished_at = Backup.Status.FINISHED, timezone.now()
        row.path, row.size, row.digest = os.fspath(path.absolute()), whole.size, whole.digest
        row.save(update_fields=["status", "finished_at", "path", "size", "digest"])
    record_event(actor=None, action="restore", target=row, reason=path.name)


def refuse_unless_empty() -> None:
    if filled := [name for name in tables() if has_rows(name)]:
        words = _(
            "This database is not empty (%(tables)s). To throw away all that it and the documents' folder hold,"
            " say --replace."
        )
        shown = ", ".join(filled[:SHOWN]) + (" …" if len(filled) > SHOWN else "")
        raise NotRestored(words % {"tables": shown})
    if next(media.files(), None) is not None:
        words = _("There are documents in %(folder)s. To throw them away, say --replace.")
        raise NotRestored(words % {"folder": media.root()})


def tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(set(connection.introspection.table_names(cursor)) - FILLED_BY_MIGRATE)


def has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table)
        cursor.execute(f"SELECT 1 FROM {name} LIMIT 1")  # noqa: S608  a name of the catalogue
        return cursor.fetchone() is not None


def refuse_unless_fitting(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        words = _("This backup is of %(theirs)s, and this database is %(ours)s.")
        raise NotRestored(words % {"theirs": manifest.vendor, "ours": connection.vendor})
    if unknown := proving.newer(manifest.migrations):
        words = _("This backup is of a newer version of the software, which knows %(migrations)s.")
        raise NotRestored(words % {"migrations": ", ".join(unknown[:SHOWN])})
