"""What the house's small commands have in common: an example in their help, and a line of counts."""

import json
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseAway


class CountingCommand(BaseCommand):
    example: ClassVar[str]

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs |= {"formatter_class": RawDescriptionHelpFormatter, "epilog": self.example}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the counts for machines")

    @contextmanager
    def asking_the_database(self) -> Iterator[None]:
        """Ends with 2, nothing could be done, when there is no database or it was never migrated."""
        try:
            yield
        except DatabaseAway as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from error

    def report(self, name: str, counts: dict[str, int], options: dict[str, Any]) -> None:
        line = json.dumps({name: counts}) if options["json"] else words(name, counts)
        self.stdout.write(line)
        self.stdout.flush()


def words(name: str, counts: dict[str, int]) -> str:
    return f"{name}: " + ", ".join(f"{number} {what}" for what, number in counts.items())
