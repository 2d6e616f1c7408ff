"""Makes the hospital's set-up what a file says it is."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.management.counting import CountingCommand
from hospital.management.people import account
from hospital.setup_file.planning import Plan
from hospital.setup_file.writing import LOAD, Outcome, apply


class Command(CountingCommand):
    help = (
        "Apply a set-up file: rows are added and changed as it says, and what it does not name is left alone"
        " unless --remove. With one fault nothing is written. Ends with 0, or with 2 when nothing could be done."
    )
    example = """Examples:
  manage.py apply_setup setup.toml --dry-run                     what would change, in words
  manage.py apply_setup setup.toml --actor admin@example.org
  manage.py apply_setup setup.toml --remove --actor admin@example.org"""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="the file, or - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument(
            "--remove",
            action="store_true",
            help="archive or end what is not in the file; tables that it leaves out altogether stay",
        )
        parser.add_argument("--actor", metavar="EMAIL", help="administrator in whose name it is done")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with self.asking_the_database():
                outcome = self.apply(options)
        except (DomainError, OSError, UnicodeDecodeError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error
        self.tell(outcome, options)
        if not outcome.is_well:
            raise SystemExit(2)

    def apply(self, options: dict[str, Any]) -> Outcome:
        source = options["file"]
        text = sys.stdin.read() if str(source) == "-" else source.read_text(encoding="utf-8-sig")
        return apply(
            text=text,
            actor=account(options["actor"], LOAD),
            now=timezone.now(),
            removing=options["remove"],
            dry_run=options["dry_run"],
        )

    def tell(self, outcome: Outcome, options: dict[str, Any]) -> None:
        for fault in outcome.plan.faults:
            self.stderr.write(str(fault))
        if options["dry_run"] and not options["json"]:
            for line in in_words(outcome.plan):
                self.stdout.write(line)
        counts = outcome.plan.counts() if outcome.is_well else outcome.plan.refused()
        self.stdout.write(json.dumps(counts) if options["json"] else sums(counts))
        for line in remarks(outcome, options["dry_run"]):
            self.stderr.write(line)


def in_words(plan: Plan) -> Iterator[str]:
    for step in plan.shown:
        yield f"{step.title}: {step.label}: {step.words(plan.removing)}"
        yield from (f"    {change}" for change in step.changes)


def sums(counts: dict[str, dict[str, int]]) -> str:
    """One line: each outcome with its sum over all tables."""
    outcomes = next(iter(counts.values()))
    return ", ".join(f"{outcome} {sum(one[outcome] for one in counts.values())}" for outcome in outcomes)


def remarks(outcome: Outcome, dry_run: bool) -> Iterator[str]:
    if not outcome.is_well:
        yield _("Nothing was written: mend what is named above.")
    elif dry_run:
        yield _("Dry run: nothing was written.")
    if outcome.outside:
        words = _("Booked visits outside the hours of these doctors, which stay: %(number)d.")
        yield words % {"number": outcome.outside}
