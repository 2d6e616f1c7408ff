"""Writes the set-up of the hospital as one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.management.counting import CountingCommand
from hospital.setup_file.exporting import export


class Command(CountingCommand):
    help = (
        "Write departments, locations, appointment types, doctors with their hours and exceptions, and note"
        " templates as one TOML file. The same set-up makes the same file."
    )
    example = """Examples:
  manage.py export_setup setup.toml
  manage.py export_setup | diff setup.toml -
  manage.py export_setup --ids setup.toml     with ids, so that rows can be renamed in the file"""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", nargs="?", type=Path, help="where to; else standard output")
        parser.add_argument("--ids", action="store_true", help="write each row's id")

    def handle(self, *args: Any, **options: Any) -> None:
        with self.asking_the_database():
            text = export(today=timezone.localdate(), ids=options["ids"])
        if options["file"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            options["file"].write_text(text, encoding="utf-8")
        except OSError as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        self.report("set-up", {"bytes": len(text.encode())}, options)
