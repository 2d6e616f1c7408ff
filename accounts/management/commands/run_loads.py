"""Judges and loads what waits in the back office, once or for ever; for ever, with a sweep of old files between."""

import logging
import signal
import threading
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.db import Error as DatabaseAway
from django.db import close_old_connections
from django.utils import timezone

from accounts.loading import running, uploads, waiting
from accounts.management.counting import CountingCommand

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 2
SWEEP_EVERY = timedelta(hours=1)
OUTCOMES = ("draft", "finished", "refused", "stopped", "waiting", "lost")
EXAMPLE = """Example:
  manage.py run_loads            one pass over what waits, and a sweep of old files
  manage.py run_loads --loop     the worker: looks every 2 seconds until it is told to stop"""


class Command(CountingCommand):
    help = "Judge and load the files that wait in the back office."
    example = EXAMPLE

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        ways = parser.add_mutually_exclusive_group()
        ways.add_argument("--loop", action="store_true", help="go on until SIGTERM or SIGINT")
        ways.add_argument("--once", action="store_true", help="one pass, which is also done without it")
        parser.add_argument("--dry-run", action="store_true", help="say what waits, load nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        self.swept_at: datetime | None = None
        if options["dry_run"]:
            self.report("loads", {"waiting": waiting.due(timezone.now()).count()}, options)
        elif options["loop"]:
            self.work(options)
        else:
            self.look(threading.Event(), options)

    def work(self, options: dict[str, Any]) -> None:
        """A pass, a pause, until told to stop, which a load does after its chunk. An absent database is waited for."""
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                self.look(stop, options)
            except DatabaseAway as error:
                logger.warning("The database is away, the loads wait: %s", error)
            stop.wait(PAUSE_SECONDS)

    def look(self, stop: threading.Event, options: dict[str, Any]) -> None:
        counts = dict.fromkeys(OUTCOMES, 0)
        waiting.be_seen()
        while not stop.is_set() and (claim := waiting.claim(timezone.now())) is not None:
            claim.stopping = stop
            with claim.beating():
                counts[running.perform(claim)] += 1
        if any(counts.values()) or not options["loop"]:
            self.report("loads", {name: number for name, number in counts.items() if number}, options)
        self.sweep(timezone.now(), options)

    def sweep(self, now: datetime, options: dict[str, Any]) -> None:
        if self.swept_at and now - self.swept_at < SWEEP_EVERY:
            return
        self.swept_at = now
        swept = uploads.sweep(now)
        if any(swept.values()):
            self.report("swept", swept, options)
