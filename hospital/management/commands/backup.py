"""Backs the whole house up, while people work, into one sealed file."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.management.counting import CountingCommand, words
from accounts.proofs import Finding
from hospital.backups import foreseeing, keys, taking
from hospital.backups.leftovers import tidily
from hospital.management.people import account

# Of the documents that are missing, so many are named.
SHOWN = 20


class Command(CountingCommand):
    help = (
        "Back up the database and the documents into one file that only the holder of the secret key can open."
        " It is read again to its end before it counts. Ends with 1 when documents that rows name are not there to"
        " be backed up (then no older backup is deleted), with 2 when no backup was made."
    )
    example = """Examples:
  manage.py backup --new-key hospital-backup.key     once: makes the key pair, shows the public key
  manage.py backup                                   into BACKUP_FOLDER
  manage.py backup /mnt/backups --keep 14            and delete all but the newest 14 in that folder
  manage.py backup --dry-run                         what would be backed up; nothing is written"""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "path", nargs="?", type=Path, help="a folder, or a new file that ends in .age; else BACKUP_FOLDER"
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="delete older backups in that folder, made here, beyond N"
        )
        parser.add_argument("--new-key", type=Path, metavar="FILE", help="only make a key pair")
        parser.add_argument("--actor", metavar="EMAIL", help="administrator in whose name it is noted")
        parser.add_argument("--dry-run", action="store_true", help="say what is there, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with self.asking_the_database(), tidily():
                self.act(options)
        except (DomainError, OSError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error

    def act(self, options: dict[str, Any]) -> None:
        if (keep := options["keep"]) is not None and keep < 1:
            raise DomainError(_("Keep at least one backup."))
        if options["new_key"]:
            self.stdout.write(keys.new_key(options["new_key"]))
            return
        path = options["path"] or Path(settings.BACKUP_FOLDER)
        if options["dry_run"]:
            self.report("backup", foreseeing.foreseen(path), options)
            return
        taken = taking.take(
            path=path, actor=account(options["actor"], "accounts.export_data"), tell=self.tell
        )
        counts = foreseeing.counts(taken.manifest) | {"bytes": taken.row.size, "missing": len(taken.lost)}
        if keep is not None:
            counts["deleted"] = 0 if taken.lost else taking.rotate(Path(taken.row.path).parent, keep)
        self.show(counts, taken.row.path, options)
        if taken.lost:
            self.warn(taken.lost, keep)
            raise SystemExit(1)

    def warn(self, lost: list[Finding], keep: int | None) -> None:
        """An older backup may be the only place where they still are."""
        for finding in lost[:SHOWN]:
            self.stderr.write(str(finding))
        if len(lost) > SHOWN:
            self.stderr.write(_("… and %(number)s more.") % {"number": len(lost) - SHOWN})
        self.stderr.write(
            _("The backup was made, but the house has lost documents: look for them in an older one.")
        )
        if keep is not None:
            self.stderr.write(_("No older backup was deleted."))

    def show(self, counts: dict[str, int], path: str, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({"backup": counts | {"path": path}}))
        else:
            self.stdout.write(f"{words('backup', counts)}; {path}")

    def tell(self, line: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(line, self.style.NOTICE)
