"""Puts a backup back into an empty database, or in place of what is there."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.management.counting import CountingCommand
from accounts.proofs import Finding
from hospital.backups import foreseeing, restoring
from hospital.backups.leftovers import tidily


class Command(CountingCommand):
    help = (
        "Restore the database and the documents from a backup. The backup is read to its end and judged before"
        " anything is touched; what was restored is compared row by row with what was backed up, and the seals"
        " are walked. Ends with 0 when all is whole, 1 when it was restored and the proofs found something,"
        " 2 when nothing was changed."
    )
    example = """Examples:
  manage.py restore hospital-20270111T023000Z-4f1c2a.tar.age --identity hospital-backup.key
  manage.py restore FILE --identity KEY --verify      read the whole backup, touch nothing
  manage.py restore FILE --identity KEY --replace     throw away what is in the database and the documents"""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", type=Path, help="the backup")
        parser.add_argument(
            "--identity",
            type=Path,
            metavar="FILE",
            default=settings.BACKUP_IDENTITY_FILE and Path(settings.BACKUP_IDENTITY_FILE) or None,
            help="the file with the secret key; else BACKUP_IDENTITY_FILE",
        )
        parser.add_argument(
            "--replace", action="store_true", help="the database and the documents that are there go for good"
        )
        parser.add_argument(
            "--verify", "--dry-run", action="store_true", help="check the whole backup, touch nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with self.asking_the_database(), tidily():
                code = self.verify(options) if options["verify"] else self.restore(options)
        except (DomainError, OSError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        if code:
            raise SystemExit(code)

    def verify(self, options: dict[str, Any]) -> int:
        whole = restoring.check(path=options["path"], identity=options["identity"])
        self.report("verified", foreseeing.counts(whole.manifest) | {"bytes": whole.size}, options)
        return 0

    def restore(self, options: dict[str, Any]) -> int:
        chosen = {name: options[name] for name in ("path", "identity", "replace")}
        done = restoring.restore(**chosen, tell=self.complain)
        proven = done.proven or {}
        self.report("restored", foreseeing.counts(done.manifest) | proven, options)
        if done.proven is None:
            self.stderr.write(
                _("This backup is of an older version: run manage.py migrate, then manage.py verify_audit.")
            )
        return 1 if proven.get("broken") else 0

    def complain(self, finding: Finding) -> None:
        self.stderr.write(str(finding))
