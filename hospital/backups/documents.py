"""The files that rows name, compared with those that a backup holds."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.apps import apps
from django.db.models import FileField
from django.utils.translation import gettext as _

from accounts.proofs import Finding
from clinical.models import Document
from hospital.backups import media
from hospital.backups.digests import digest_of_file


class Named(NamedTuple):
    """A file that a row names; its checksum where one was noted at the upload."""

    table: str
    key: int
    name: str
    sha256: str = ""

    def fault(self, held: str | None) -> Finding | None:
        """`held`: the checksum of what lies under this name, None for nothing."""
        if held is None:
            return Finding(self.table, str(self.key), _("its file is not in the backup"))
        if self.sha256 not in ("", held):
            return Finding(self.table, str(self.key), _("its file is not the one that was uploaded"))
        return None

    @property
    def has_arrived(self) -> bool:
        """While a backup was taken people went on working: what lies there now belongs to the next one."""
        path = media.root() / self.name
        return path.is_file() and self.sha256 in ("", digest_of_file(path))


def named() -> Iterator[Named]:
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if isinstance(field, FileField)]
        for field in fields:
            columns = ["pk", field.name, *(["sha256"] if model is Document else [])]
            rows = model._base_manager.exclude(**{field.name: ""}).values_list(*columns)
            for row in rows.iterator():
                yield Named(model._meta.db_table, *row)


def prove_documents(kept: Mapping[str, str]) -> Iterator[Finding | None]:
    """Every file that a row names came along, and documents have the checksum that was noted at their upload."""
    return (entry.fault(kept.get(entry.name)) for entry in named())


def lost(kept: Mapping[str, str]) -> list[Finding]:
    """What a backup that was just taken lacks, because the house itself has lost it."""
    faults = ((entry, entry.fault(kept.get(entry.name))) for entry in named())
    return [fault for entry, fault in faults if fault and not entry.has_arrived]
