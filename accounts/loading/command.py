"""What every loading command has in common; a command adds its layout and its words."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseAway
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.loading import console, mapping_file, templates
from accounts.loading.errors import ErrorFile
from accounts.loading.mapped import MappedSource
from accounts.loading.mapping import Mapping
from accounts.loading.options import Options
from accounts.loading.pipeline import Load
from accounts.loading.readers import Reading, open_source
from accounts.loading.registry import LAYOUTS, Layout
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
        parser.add_argument("path", nargs="?", help=_("file, folder or archive; - is standard input"))
        self._add_ways(parser)
        self._add_reading(parser)
        parser.add_argument("--json", action="store_true", help=_("counts as JSON"))
        parser.add_argument(
            "--errors", type=Path, metavar="FILE", help=_("write every fault there, with its row, as CSV")
        )
        parser.add_argument(
            "--actor", metavar="EMAIL", help=_("administrator in whose name the audit notes it")
        )

    def _add_ways(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help=_("judge everything, write nothing"))
        parser.add_argument(
            "--keep-going", action="store_true", help=_("load the good rows, refuse the others")
        )
        parser.add_argument(
            "--system", metavar="NAME", default="", help=_("name of the source that gave the rows their keys")
        )
        if self.chosen.guarded:
            parser.add_argument(
                "--keep-identifiers",
                action="store_true",
                help=_("keep numbers that others gave the patients"),
            )
            parser.add_argument(
                "--strip-name-digits", action="store_true", help=_("take the digits off the ends of names")
            )

    def _add_reading(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--mapping", type=Path, metavar="FILE", help=_("TOML file that says what the columns mean")
        )
        parser.add_argument(
            "--template", action="store_true", help=_("print a mapping for the file, or without one a sample")
        )
        parser.add_argument("--encoding", default="", help=_("of a CSV file, where it is not found out"))
        parser.add_argument("--delimiter", default="", help=_("of a CSV file, where it is not found out"))
        parser.add_argument("--sheet", default="", help=_("name of the sheet in a spreadsheet"))

    @property
    def chosen(self) -> Layout:
        return LAYOUTS[self.layout]

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["template"]:
                self.stdout.write(self._template(options), ending="")
                return
            report = self._load(options)
        except (DomainError, OSError, DatabaseAway) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        for line in console.remarks(report, dry_run=options["dry_run"]):
            self.stderr.write(line)
        self.stdout.write((console.counts_json if options["json"] else console.counts_line)(report))
        if code := report.exit_code(keeps_going=options["keep_going"]):
            raise SystemExit(code)

    def _load(self, options: dict[str, Any]) -> Report:
        actor, mapping = self._actor(options["actor"]), self._mapping(options)
        with (
            self._source(options, mapping) as source,
            self._errors(options["errors"]) as errors,
            console.progress_on(sys.stderr) as progress,
        ):
            chosen = Options.from_json(
                options | {"mapping": mapping.as_json(), "time_zone": mapping.time_zone}
            )
            load = Load(source, self.chosen, actor, chosen, progress=progress, errors=errors)
            progress.expect(load.expected)
            for line in source.told:
                self.stderr.write(line)
            return load.run()

    def _source(self, options: dict[str, Any], mapping: Mapping) -> MappedSource:
        if not options["path"]:
            raise CommandError(_("Name a file, folder or archive; - is standard input."))
        reading = Reading(mapping.encoding, mapping.delimiter, mapping.sheet)
        source = open_source(options["path"], layout=self.chosen, reading=reading)
        return MappedSource(source, self.chosen, mapping, keeps=options.get("keep_identifiers", False))

    def _errors(self, path: Path | None) -> AbstractContextManager[ErrorFile | None]:
        return ErrorFile(path, self.chosen) if path else nullcontext()

    def _mapping(self, options: dict[str, Any]) -> Mapping:
        """What the file says, but for what the command line says about reading it."""
        mapping = mapping_file.read(options["mapping"], self.chosen) if options["mapping"] else Mapping()
        said = {name: options[name] for name in ("encoding", "delimiter", "sheet") if options[name]}
        return Mapping(**{**vars(mapping), **said})

    def _template(self, options: dict[str, Any]) -> str:
        if not options["path"]:
            return templates.sample_csv(self.chosen)
        mapping = self._mapping(options)
        with self._source(options, mapping) as source:
            header = source.header()
        return templates.as_toml(mapping.completed(header, self.chosen), header, self.chosen)

    def _actor(self, email: str | None) -> User | None:
        if not email:
            return None
        actor = User.objects.active().filter(email=email.lower()).first()
        if actor is None:
            raise DomainError(_("No account signs in with %(email)s.") % {"email": email})
        demand(actor, "accounts.load_data")
        return actor
