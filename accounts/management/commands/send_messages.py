"""Sends what waits in the outbox, once or for ever; for ever, with the chores of every app between."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import CommandParser
from django.db import Error as DatabaseAway
from django.db import close_old_connections
from django.utils import timezone

from accounts import chores, outbox
from accounts.management.counting import CountingCommand
from accounts.models import Message

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 2
EXAMPLE = """Example:
  manage.py send_messages            one pass over what is due
  manage.py send_messages --loop     the worker: a pass every 2 seconds until it is told to stop"""


class Command(CountingCommand):
    help = "Send the messages that are due."
    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--loop", action="store_true", help="go on until SIGTERM or SIGINT")
        parser.add_argument("--dry-run", action="store_true", help="say what is due, send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.report("messages", {"due": Message.objects.due(timezone.now()).count()}, options)
        elif options["loop"]:
            self.work(options)
        else:
            self.report("messages", outbox.send_due(), options)

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
        for name, done in [("messages", counts), *chores.run()]:
            if any(done.values()):
                self.report(name, done, options)
