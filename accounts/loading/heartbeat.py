"""A load's signs of life: where it stands, written beside its chunks at most once a second."""

from time import monotonic

from django.utils import timezone

from accounts.models import LoadBatch

SECONDS = 1.0


class Heartbeat:
    """For a load that no worker has claimed: a worker tells of its own."""

    def __init__(self) -> None:
        self.last = monotonic()
        self.done: dict[tuple[str, str], int] = {}

    def beat(self, batch: LoadBatch | None, phase: str, kind: str, rows: int, total: int) -> None:
        """`rows` are those since the last call; one short UPDATE, in a transaction of its own."""
        self.done[phase, kind] = done = self.done.get((phase, kind), 0) + rows
        if batch is None or "worker" in batch.progress or monotonic() - self.last < SECONDS:
            return
        self.last = monotonic()
        batch.progress = {"phase": phase, "kind": kind, "done": done, "total": total}
        batch.heartbeat_at = timezone.now()
        LoadBatch.objects.filter(pk=batch.pk).update(progress=batch.progress, heartbeat_at=batch.heartbeat_at)
