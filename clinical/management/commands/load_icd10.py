"""Loads the list of ICD-10-CM codes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from accounts.errors import DomainError
from accounts.management.counting import CountingCommand
from clinical.loading.icd10 import Edition, from_file, load_codes, packaged

SHOWN_FAULTS = 20
EXAMPLE = """Example:
  manage.py load_icd10                         the edition of the pinned package simple_icd_10_cm
  manage.py load_icd10 --source codes.csv      another list: a CSV file with the columns code and display"""


class Command(CountingCommand):
    """Ends with 0 when all is well, 1 when some rows were refused, 2 when nothing could be done."""

    help = "Make the list of ICD-10-CM codes equal an edition; a second run changes nothing."
    example = EXAMPLE

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--source", type=Path, metavar="FILE", help="a CSV file instead of the package")
        parser.add_argument("--dry-run", action="store_true", help="compare and count, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        edition = self.edition(options["source"])
        for fault in edition.faults[:SHOWN_FAULTS]:
            self.stderr.write(str(fault))
        if (more := len(edition.faults) - SHOWN_FAULTS) > 0:
            self.stderr.write(f"… and {more} more.")
        with self.asking_the_database():
            counts = load_codes(edition, dry_run=options["dry_run"])
        self.report("codes", counts, options)
        if edition.faults:
            raise SystemExit(1)

    def edition(self, source: Path | None) -> Edition:
        try:
            return from_file(source) if source else packaged()
        except (DomainError, OSError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
