"""What every loading command has in common; a command adds its layout and its words."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.loading import console
from accounts.loading.options import Options
from accounts.loading.pipeline import Load
from accounts.loading.readers import Folder
from accounts.loading.registry import LAYOUTS
from accounts.loading.report import Report
from accounts.models import User
from accounts.rules import demand


class LoadCommand(BaseCommand):
    """Ends with 0 when all is well, 1 when some rows were refused, 2 when nothing could be done."""

    layout: ClassVar[str]
    example: ClassVar[str]

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs |= {"formatter_class": RawDescriptionHelpFormatter, "epilog": self.example}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help=_("folder that holds the CSV files"))
        parser.add_argument(
            "--keep-going", action="store_true", help=_("load the good rows, refuse the others")
        )
        parser.add_argument("--dry-run", action="store_true", help=_("judge everything, write nothing"))
        parser.add_argument("--json", action="store_true", help=_("counts as JSON"))
        parser.add_argument(
            "--actor", metavar="EMAIL", help=_("administrator in whose name the audit notes it")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._load(options)
        except (DomainError, OSError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        for line in console.remarks(report, dry_run=options["dry_run"]):
            self.stderr.write(line)
        self.stdout.write((console.counts_json if options["json"] else console.counts_line)(report))
        if code := report.exit_code(keeps_going=options["keep_going"]):
            raise SystemExit(code)

    def _load(self, options: dict[str, Any]) -> Report:
        actor = self._actor(options["actor"])
        with console.progress_on(sys.stderr) as progress:
            chosen = Options.from_json(options)
            load = Load(Folder(options["path"]), LAYOUTS[self.layout], actor, chosen, progress=progress)
            return load.run()

    def _actor(self, email: str | None) -> User | None:
        if not email:
            return None
        actor = User.objects.active().filter(email=email.lower()).first()
        if actor is None:
            raise DomainError(_("No account signs in with %(email)s.") % {"email": email})
        demand(actor, "accounts.load_data")
        return actor
