"""Lets go of times that were kept for somebody and are no longer; the worker's loop does the same."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.management.counting import CountingCommand
from scheduling.models import Appointment
from scheduling.services.holds import expire_holds


class Command(CountingCommand):
    help = (
        "Let go of every held time that is over. Ends with 0 when all is well, 2 when nothing could be done."
    )
    example = """Example:
  manage.py expire_holds             free what is held and over, print how many
  manage.py expire_holds --dry-run   say how many there are, change nothing"""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what is over, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        with self.asking_the_database():
            lapsed = Appointment.objects.lapsed(now)
            counts = {"over": lapsed.count()} if options["dry_run"] else expire_holds(now=now)
        self.report("holds", counts, options)
