"""Sends what waits in the outbox, once or for ever."""

import json
import logging
import signal
import threading
from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseAway
from django.db import close_old_connections
from django.utils import timezone

from accounts import outbox
from accounts.models import Message

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 2
EXAMPLE = """Example:
  manage.py send_messages            one pass over what is due
  manage.py send_messages --loop     the worker: a pass every 2 seconds until it is told to stop"""


class Command(BaseCommand):
    help = f"Send the messages that are due.\n\n{EXAMPLE}"

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until SIGTERM or SIGINT")
        parser.add_argument("--dry-run", action="store_true", help="say what is due, send nothing")
        parser.add_argument("--json", action="store_true", help="the counts for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.report({"due": Message.objects.due(timezone.now()).count()}, options)
        elif options["loop"]:
            self.work(options)
        else:
            self.report(outbox.send_due(), options)

    def work(self, options: dict[str, Any]) -> None:
        """A pass, a pause, until told to stop; a database that is away is waited for."""
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            self.attempt(stop, options)
            stop.wait(PAUSE_SECONDS)

    def attempt(self, stop: threading.Event, options: dict[str, Any]) -> None:
        close_old_connections()
        try:
            counts = outbox.send_due(stopping=stop.is_set)
        except DatabaseAway as error:
            logger.warning("The database is away, the messages wait: %s", error)
            return
        if any(counts.values()):
            self.report(counts, options)

    def report(self, counts: dict[str, int], options: dict[str, Any]) -> None:
        line = json.dumps({"messages": counts}) if options["json"] else words(counts)
        self.stdout.write(line)
        self.stdout.flush()


def words(counts: dict[str, int]) -> str:
    return "messages: " + ", ".join(f"{number} {name}" for name, number in counts.items())
