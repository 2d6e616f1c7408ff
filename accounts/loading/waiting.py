"""Batches that wait for a worker: asked for once, claimed by one, taken over when that one dies.

A claim is a word that its holder alone knows; whoever writes to the batch compares it. While the holder lives the
batch's heart beats; when that has stopped for a minute, the next worker claims the batch. What a dead one had
written is unchanged for its heir.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.audit import acting, record_event
from accounts.errors import DomainError
from accounts.models import LoadBatch, User
from accounts.rules import demand

logger = logging.getLogger(__name__)
Status = LoadBatch.Status
# What a batch waits for: to be judged, or to be judged and written.
CHECK, LOAD = "check", "load"
FROM = {CHECK: (Status.DRAFT,), LOAD: (Status.DRAFT, Status.STOPPED)}
LEASE = timedelta(seconds=60)
BEAT_SECONDS = 10
TELL_SECONDS = 1
MOST_ATTEMPTS = 3
# Under which name the cache knows that a worker lives.
WORKER = "loads-worker"
LOAD_DATA = "accounts.load_data"


class LeaseLost(DomainError):
    """Another worker holds the batch now: this one stops, and notes nothing."""


class GivenBack(DomainError):
    """The worker was told to stop: the batch waits for another, which goes on from there."""


def ask(batch: LoadBatch, job: str, *, actor: User, now: datetime, checked: str = "", **fields: Any) -> bool:
    """Put the batch into the queue under this name, once; False when it is no longer as it was shown.

    With `checked` it must still be the input that was judged under that word.
    """
    demand(actor, LOAD_DATA)
    shown = LoadBatch.objects.filter(pk=batch.pk, status=batch.status, status__in=FROM[job]).exclude(file="")
    if checked:
        shown = shown.filter(report__checked=checked)
    progress = {"job": job, "asked_at": now.isoformat()}
    with acting(actor, reason=f"load {batch.source}"):
        asked = shown.update(
            status=Status.WAITING, actor=actor, progress=progress, heartbeat_at=None, **fields
        )
        if asked and job == LOAD:
            record_event(actor=actor, action="load", target=batch)
    return bool(asked)


def due(now: datetime) -> QuerySet[LoadBatch]:
    """What nobody holds; loads from a command line have no file here and are their own."""
    left = Q(status=Status.RUNNING, heartbeat_at__lt=now - LEASE)
    return (
        LoadBatch.objects.exclude(file="")
        .filter(Q(status=Status.WAITING) | left)
        .order_by("started_at", "pk")
    )


def claim(now: datetime, batch: LoadBatch | None = None) -> "Claim | None":
    """Take the next batch, or this one; two workers never hold the same one."""
    with transaction.atomic():
        rows = due(now).filter(pk=batch.pk) if batch else due(now)
        found = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if found is None:
            return None
        seen = LoadBatch.objects.filter(pk=found.pk, status=found.status, heartbeat_at=found.heartbeat_at)
        attempts = found.progress.get("attempts", 0) + 1
        found.progress = {**found.progress, "worker": token_hex(16), "attempts": attempts}
        found.status, found.heartbeat_at = Status.RUNNING, now
        held = {"status": found.status, "heartbeat_at": now, "progress": found.progress}
        return Claim(found) if seen.update(**held) else None


@dataclass
class Claim:
    """A batch in this worker's hands, and what becomes of it."""

    batch: LoadBatch
    # Set when whoever runs the worker wants it to end.
    stopping: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)
    told_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.worker = str(self.batch.progress["worker"])

    @property
    def job(self) -> str:
        return str(self.batch.progress.get("job", LOAD))

    @property
    def attempts(self) -> int:
        return int(self.batch.progress["attempts"])

    def mine(self) -> QuerySet[LoadBatch]:
        return LoadBatch.objects.filter(pk=self.batch.pk, progress__worker=self.worker)

    def beat(self, **more: Any) -> None:
        """The batch's own copy beats too: the pipeline saves it whole when the writing begins."""
        now = timezone.now()
        if self.mine().filter(status=Status.RUNNING).update(heartbeat_at=now, **more):
            self.batch.heartbeat_at = now
        else:
            self.lost.set()

    def tell(self, phase: str, kind: str, rows: int) -> None:
        """The pipeline's progress; raises LeaseLost once somebody else has taken over, GivenBack to end."""
        done = self.batch.progress.setdefault(phase, {})
        done[kind] = done.get(kind, 0) + rows
        self.batch.progress |= {"phase": phase, "kind": kind}
        if time.monotonic() - self.told_at >= TELL_SECONDS:
            self.told_at = time.monotonic()
            self.beat(progress=self.batch.progress)
        if self.lost.is_set():
            raise LeaseLost
        if self.stopping.is_set():
            raise GivenBack

    def begin_anew(self) -> None:
        """What a dead worker had counted counts no more."""
        for name in ("read", "write", "phase", "kind", "expected"):
            self.batch.progress.pop(name, None)

    def settle(self, **fields: Any) -> None:
        """Note the outcome, unless somebody else holds the batch by now."""
        if not self.mine().update(**{"progress": {}, "heartbeat_at": None, **fields}):
            raise LeaseLost

    def give_back(self) -> None:
        kept = {
            name: self.batch.progress[name] for name in ("job", "asked_at") if name in self.batch.progress
        }
        self.settle(status=Status.WAITING, progress=kept)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Signs of life from a thread of its own, however long a step of the load takes."""
        stop = threading.Event()
        heart = threading.Thread(target=self._live, args=(stop,), daemon=True)
        heart.start()
        try:
            yield
        finally:
            stop.set()
            heart.join()

    def _live(self, stop: threading.Event) -> None:
        try:
            while not stop.wait(BEAT_SECONDS):
                self._beat_once()
        finally:
            connection.close()

    def _beat_once(self) -> None:
        try:
            be_seen()
            self.beat()
        except DatabaseError as error:
            logger.warning("A sign of life was missed: %s", error)


def be_seen() -> None:
    """A worker says that it lives, for as long as a lease."""
    cache.set(WORKER, True, LEASE.total_seconds())


def is_worker_alive() -> bool:
    return bool(cache.get(WORKER))
