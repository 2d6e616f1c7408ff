"""After a restore: the rows are those that were backed up, the rules stand, the seals hold, the documents are there."""

from collections import Counter
from collections.abc import Callable, Iterator

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from accounts.inventory import check_inventory
from accounts.proofs import PROOFS, Finding
from hospital.backups.archive import Manifest
from hospital.backups.digests import difference, digests_of
from hospital.backups.documents import prove_documents
from hospital.backups.errors import NotRestored

Migrations = dict[str, list[str]]


def applied_migrations() -> Migrations:
    found: Migrations = {}
    for app, name in sorted(MigrationLoader(connection).applied_migrations):
        found.setdefault(app, []).append(name)
    return found


def known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def pairs(migrations: Migrations) -> set[tuple[str, str]]:
    return {(app, name) for app, names in migrations.items() for name in names}


def newer(migrations: Migrations) -> list[str]:
    """What this version of the house has not heard of; apps that are not installed are not asked."""
    unknown = pairs(migrations) - known_migrations()
    return sorted(f"{app}.{name}" for app, name in unknown)


def is_older(migrations: Migrations) -> bool:
    return bool(known_migrations() - pairs(migrations))


def prove_rows(manifest: Manifest) -> None:
    """Raises NotRestored unless every table holds exactly the rows that were backed up."""
    if changed := list(difference(manifest.tables, digests_of(connection))):
        words = _("These tables are not as they were backed up: %(tables)s. Nothing was changed.")
        raise NotRestored(words % {"tables": ", ".join(changed)})


def prove_whole(manifest: Manifest, tell: Callable[[Finding], None]) -> Counter[str]:
    """Walks rules, seals, trails and documents; findings were in the house already when it was backed up."""
    check_inventory(connection)
    counts: Counter[str] = Counter(seals=0, trails=0, documents=0, broken=0)
    named = {"seals": "seals", "rows": "trails"}
    for name, proof in PROOFS.items():
        count(proof(), named.get(name, name), counts, tell)
    count(prove_documents(manifest.documents), "documents", counts, tell)
    return counts


def count(
    found: Iterator[Finding | None], name: str, counts: Counter[str], tell: Callable[[Finding], None]
) -> None:
    for finding in found:
        if finding is None:
            counts[name] += 1
        else:
            counts["broken"] += 1
            tell(finding)
