"""Files that come through the back office: kept privately while they are needed, read as their batch says."""

import os
import re
import shutil
import zipfile
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from accounts.loading.mapped import MappedSource
from accounts.loading.mapping import Mapping
from accounts.loading.options import Options
from accounts.loading.readers import Reading, open_source
from accounts.loading.registry import LAYOUTS, Layout
from accounts.loading.tables import Source
from accounts.models import LoadBatch

FOLDER = "loads"
ERRORS = "-errors"
ENDING = re.compile(r"\.[a-z0-9]{1,6}")
PACKED = (".gz", ".xz", ".bz2", ".tgz", ".zip")
# What is read and written while a person waits for the page.
AT_ONCE_BYTES = 2 * 1024**2
KEPT_FOR = timedelta(days=7)
Status = LoadBatch.Status
IN_USE = (Status.DRAFT, Status.WAITING, Status.RUNNING, Status.STOPPED)


def keep(upload: UploadedFile, public_id: UUID) -> str:
    """The file's place in the store: of its own name only the endings stay, which tell readers what it is."""
    return default_storage.save(f"{FOLDER}/{public_id}{endings(upload.name or '')}", upload)


def endings(name: str) -> str:
    found = PurePosixPath(name.lower()).suffixes[-2:]
    return "".join(ending for ending in found if ENDING.fullmatch(ending))


def layout_of(batch: LoadBatch) -> Layout | None:
    """None for what this release no longer loads."""
    return LAYOUTS.get(batch.kind)


def options_of(batch: LoadBatch) -> Options:
    return Options.from_json(batch.options)


def mapping_of(batch: LoadBatch) -> Mapping:
    return Mapping.from_json(batch.options.get("mapping", {}))


def opened(batch: LoadBatch, layout: Layout) -> Source:
    """Raises Unreadable in words; the caller closes it."""
    if layout.opener:
        return layout.opener(Path(batch.file.path), batch.source, options_of(batch).system)
    return mapped(batch, layout)


def mapped(batch: LoadBatch, layout: Layout) -> MappedSource:
    """A table, or tables, under the names that were said for their columns."""
    mapping = mapping_of(batch)
    reading = Reading(encoding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet)
    source = open_source(batch.file.path, layout=layout, reading=reading, name=batch.source)
    return MappedSource(source, layout, mapping)


def header_of(batch: LoadBatch, layout: Layout) -> list[str]:
    """The file's own columns."""
    with mapped(batch, layout) as source:
        return source.header()


def is_small(batch: LoadBatch) -> bool:
    """Whether it is quickly read: by the size that it has unpacked, where that is told."""
    path = Path(batch.file.path)
    if path.suffix in PACKED:
        return False
    return unpacked_bytes(path) <= AT_ONCE_BYTES


def unpacked_bytes(path: Path) -> int:
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    with zipfile.ZipFile(path) as parts:
        return sum(part.file_size for part in parts.infolist())


def errors_path(batch: LoadBatch) -> Path:
    """Where the faulty rows are written: a file, or a folder with one a table."""
    layout = layout_of(batch)
    ending = ".csv" if layout and layout.is_single else ""
    return Path(default_storage.path(f"{FOLDER}/{batch.public_id}{ERRORS}{ending}"))


def has_errors(batch: LoadBatch) -> bool:
    path = errors_path(batch)
    return any(path.iterdir()) if path.is_dir() else path.exists()


def errors_of(batch: LoadBatch) -> tuple[IO[bytes], str]:
    """The faulty rows as one file to hand out, and how its name ends; of several tables they are packed."""
    path = errors_path(batch)
    if not path.is_dir():
        return path.open("rb"), "csv"
    packed = TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        for file in sorted(path.iterdir()):
            parts.write(file, file.name)
    packed.seek(0)
    return packed, "zip"


def forget(batch: LoadBatch) -> None:
    """Deletes the file; the row keeps its name and its digest. The faulty rows stay for a week."""
    if batch.file:
        batch.file.delete(save=False)
        LoadBatch.objects.filter(pk=batch.pk).update(file="")


def forget_errors(batch: LoadBatch) -> None:
    remove(errors_path(batch))


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sweep(now: datetime) -> dict[str, int]:
    """Drafts that nobody went on with, files of loads that are over, and whatever else has lain there for a week."""
    abandoned = LoadBatch.objects.filter(status=Status.DRAFT, started_at__lt=now - KEPT_FOR)
    given_up = abandoned.update(status=Status.REFUSED, finished_at=now, report={"refusal": "abandoned"})
    over = LoadBatch.objects.exclude(file="").exclude(status__in=IN_USE)
    stale = LoadBatch.objects.exclude(file="").filter(status=Status.STOPPED, started_at__lt=now - KEPT_FOR)
    for batch in [*over, *stale]:
        forget(batch)
    return {"drafts": given_up, "files": len(old_files(now))}


def old_files(now: datetime) -> list[str]:
    """Deletes the files that have outlived their week and wait for nobody."""
    folder = Path(default_storage.path(FOLDER))
    wanted = set(LoadBatch.objects.exclude(file="").values_list("file", flat=True))
    gone = []
    for entry in os.scandir(folder) if folder.is_dir() else ():
        is_old = entry.stat().st_mtime < (now - KEPT_FOR).timestamp()
        if is_old and f"{FOLDER}/{entry.name}" not in wanted:
            remove(Path(entry.path))
            gone.append(entry.name)
    return gone
