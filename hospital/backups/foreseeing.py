"""What a backup would hold, without making one."""

from pathlib import Path

from django.db import connection

from hospital.backups import keys, media, postgresql
from hospital.backups.archive import Manifest
from hospital.backups.errors import NotTaken
from hospital.backups.restoring import tables


def counts(manifest: Manifest) -> dict[str, int]:
    return {"tables": len(manifest.tables), "rows": manifest.rows, "files": len(manifest.documents)}


def foreseen(path: Path) -> dict[str, int]:
    """Tables, rows and files, once it is sure that a backup could be taken."""
    keys.recipients()
    if connection.vendor == "postgresql":
        postgresql.tool("pg_dump", NotTaken)
    names = tables()
    sizes = [file.stat().st_size for _name, file in media.files()]
    rows = sum(count(name) for name in names)
    return {"tables": len(names), "rows": rows, "files": len(sizes), "bytes of files": sum(sizes)}


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  our own names
        return int(cursor.fetchone()[0])
