"""A load from end to end: all of the input is read and judged first; then it is judged again and written in chunks."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import Error, IntegrityError, OperationalError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.loading.errors import ErrorFile, Reasons
from accounts.loading.faults import Fault, LoadStopped, Unreadable
from accounts.loading.heartbeat import Heartbeat
from accounts.loading.kinds import Kind, Row, by_name
from accounts.loading.known import Known
from accounts.loading.matching import Matching, Verdict
from accounts.loading.opening import open_tables
from accounts.loading.options import Options
from accounts.loading.pouring import pour
from accounts.loading.registry import Layout
from accounts.loading.report import Report
from accounts.loading.spooling import Spools
from accounts.loading.tables import Record, Source, Table
from accounts.loading.validation import Chunk, Validation
from accounts.models import LoadBatch, LoadChange, SourceReference
from accounts.services.spelling import spelled

CHUNK = 1000
# A chunk that lost a race is judged anew; the winner's rows are then unchanged ones.
TRIES = 5

# Told after every chunk: phase ("read" or "write"), kind, rows of its table that were read.
Progress = Callable[[str, str, int], None]
Settle = Callable[[Kind, Table, list[Row]], Verdict]


def silent(phase: str, kind: str, rows: int) -> None:
    pass


@dataclass
class Load:
    """One input, one layout; `run` is all that callers need."""

    source: Source
    layout: Layout
    actor: Any
    options: Options = field(default_factory=Options)
    now: datetime = field(default_factory=timezone.now)
    progress: Progress = silent
    # A batch that was prepared before; else one is made when the writing begins.
    batch: LoadBatch | None = None
    # Takes every row that is refused.
    errors: ErrorFile | None = None

    def __post_init__(self) -> None:
        self.kinds = by_name(self.layout.kinds)
        self.system = self.options.system or self.layout.keys or self.layout.system
        self.digest = self.source.digest()
        self.tables = open_tables(self.source, self.layout)
        if self.errors:
            self.errors.spare(self.source.name)
        self.heart = Heartbeat()
        self.unread: dict[str, int] = {}
        self._start()

    @property
    def expected(self) -> dict[str, int]:
        """About how many rows each kind's table has; 0 when nobody has counted."""
        return {
            name: self.tables[kind.table].expected
            for name, kind in self.kinds.items()
            if kind.table in self.tables and kind.is_asked_of(self.tables[kind.table], self.options)
        }

    def run(self) -> Report:
        """Raises Unreadable before anything is written, LoadStopped when the database refuses half-way."""
        with Spools(keeps_cells=self.errors is not None) as self.spools:
            self._judge_all("read", self._settle)
            if self.options.dry_run:
                return self.report
            if self.report.total("refused") and not self.options.keep_going:
                self.report.withhold()
                return self.report
            return self._write_all()

    def _start(self) -> None:
        self.known = Known()
        self.report = Report(told=list(self.source.told), errors=self.errors)
        self.matching = Matching(self.system, self.kinds, self.known, self._absent())

    def _absent(self) -> set[str]:
        """Kinds of tables that are not there, though rows may name theirs; without the needed one nothing begins."""
        tables = {kind.table for kind in self.layout.kinds} - self.tables.keys() - {"", self.layout.needed}
        return {name for name, kind in self.kinds.items() if kind.table in tables}

    def _judge_all(self, phase: str, settle: Settle) -> None:
        for kind in self.layout.kinds:
            if kind.table in self.tables:
                self._judge(phase, kind, self.tables[kind.table], settle)
        used = {kind.table for kind in self.layout.kinds}
        for name in sorted(set(self.source.names) - used):
            self.report.open(name)
            self.report.count(name, "skipped", self._passed_by(name))

    def _passed_by(self, table: str) -> int:
        """Rows of a table that is not loaded, counted once."""
        if table not in self.unread:
            self.unread[table] = self.source.row_count(table)
        return self.unread[table]

    def _judge(self, phase: str, kind: Kind, table: Table, settle: Settle) -> None:
        self.report.open(kind.name)
        if not kind.is_asked_of(table, self.options):
            return
        for chunk in self._chunks(phase, kind, table):
            self._hear(kind, table, chunk)
            if chunk.rows:
                self._remember(kind, table, settle(kind, table, chunk.rows))
            self._tell(phase, kind.name, chunk.read)

    def _chunks(self, phase: str, kind: Kind, table: Table) -> Iterator[Chunk]:
        """The second pass goes on with what the first one read, unless the kind asks the house while it reads."""
        if phase == "write" and kind in self.spools:
            return self.spools.again(kind)
        chunks = Validation(kind, table, self.now, self.options).chunks(CHUNK)
        is_kept = phase == "read" and not (self.options.dry_run or kind.asks_house)
        return self.spools.keep(kind, chunks) if is_kept else chunks

    def _hear(self, kind: Kind, table: Table, chunk: Chunk) -> None:
        for record, key, faults in chunk.refused:
            self._refuse(kind, table, record, key, faults)
        for file, row, reasons in chunk.warned:
            self.report.warn(file, row, reasons)
        self.report.count(kind.name, "skipped", chunk.skipped)

    def _refuse(self, kind: Kind, table: Table, record: Record, key: str, faults: Reasons) -> None:
        """Count the row once and tell each of its faults; rows that hang on it are refused too."""
        if kind.distinct:
            return
        self.report.count(kind.name, "refused")
        self.known.refuse(kind.name, key, record.number)
        named = [(table.name_of(column), value, reason) for column, value, reason in faults]
        self.report.tell_row(table, record, named)
        if self.report.written and not self.options.keep_going:
            self.report.warn_of_late(table.file, record.number)

    def _tell(self, phase: str, kind: str, rows: int) -> None:
        self.progress(phase, kind, rows)
        batch = None if self.options.dry_run else self.batch
        self.heart.beat(batch, phase, kind, rows, self.expected.get(kind, 0))

    def _settle(self, kind: Kind, table: Table, rows: list[Row]) -> Verdict:
        return self.matching.judge(kind, table.file, rows)

    def _remember(self, kind: Kind, table: Table, verdict: Verdict) -> None:
        for row, fault in verdict.refused:
            record = row.record or Record(row.number, [])
            self._refuse(kind, table, record, row.key, [(fault.column, fault.value, fault.reason)])
        for row, words in verdict.told:
            self.report.warn(table.file, row.number, [words])
        for row in verdict.good:
            facts = {p.field: self.known.fact(p.kind, row.parents[p.field]) for p in kind.parents}
            if odd := kind.warnings(row, facts):
                self.report.warn(table.file, row.number, odd)
            owner = row.parents.get(kind.owner, "")
            self.known.accept(kind.name, row.key, owner, kind.fact(row.values))
        self.report.count(kind.name, "created", len(verdict.created))
        self.report.count(kind.name, "updated", len(verdict.updated))
        self.report.count(kind.name, "skipped", len(verdict.orphans))
        self.report.count(kind.name, "unchanged", len(verdict.unchanged) + len(verdict.adopted))

    def _write_all(self) -> Report:
        if self.source.digest() != self.digest:
            raise Unreadable(
                [Fault(self.source.name, 0, "", "", _("The files changed while they were read."))]
            )
        self._start()
        self.report.written = True
        self.batch = self._open_batch()
        try:
            self._judge_all("write", self._write)
        except (Error, Unreadable) as error:
            self._close(LoadBatch.Status.STOPPED)
            raise LoadStopped(
                _("The load stopped half-way; run it again. %(error)s") % {"error": error}
            ) from error
        except (ArithmeticError, LookupError, TypeError, ValueError):
            self._close(LoadBatch.Status.STOPPED)
            raise
        self._close(LoadBatch.Status.FINISHED)
        return self.report

    def _open_batch(self) -> LoadBatch:
        batch = self.batch or LoadBatch(source=self.source.name[-300:])
        batch.kind, batch.system, batch.digest = self.layout.system, self.system, self.digest
        batch.status, batch.actor, batch.started_at = LoadBatch.Status.RUNNING, self.actor, self.now
        batch.options, batch.heartbeat_at = batch.options | self.options.as_json(), timezone.now()
        batch.save()
        LoadBatch.objects.stop_abandoned(timezone.now())
        return batch

    @property
    def running(self) -> LoadBatch:
        assert self.batch is not None, "rows are written inside a batch"  # noqa: S101
        return self.batch

    def _close(self, status: str) -> None:
        batch = self.running
        batch.status, batch.counts, batch.finished_at = status, self.report.as_dict(), timezone.now()
        batch.report = self.report.as_json()
        names = ("status", "counts", "finished_at", "report")
        still = LoadBatch.objects.filter(pk=batch.pk, status=LoadBatch.Status.RUNNING)
        still.update(**{name: getattr(batch, name) for name in names})

    def _write(self, kind: Kind, table: Table, rows: list[Row]) -> Verdict:
        for _attempt in range(TRIES - 1):
            try:
                return self._write_once(kind, table, rows)
            except (IntegrityError, OperationalError):
                continue
        return self._write_once(kind, table, rows)

    def _write_once(self, kind: Kind, table: Table, rows: list[Row]) -> Verdict:
        with acting(self.actor, reason=f"load {self.running.source}", batch=self.running.pk):
            self._take_turn()
            verdict = self._settle(kind, table, rows)
            self._write_rows(kind, verdict)
        return verdict

    def _take_turn(self) -> None:
        """Two loads of one system write their chunks one after the other, and none once it was undone."""
        batches = LoadBatch.objects.select_for_update(no_key=True).filter(system=self.system)
        batches.order_by("pk").first()
        still = LoadBatch.objects.filter(pk=self.running.pk, status=LoadBatch.Status.RUNNING)
        if not still.exists():
            raise LoadStopped(_("This load was stopped or undone meanwhile: it writes nothing more."))

    def _write_rows(self, kind: Kind, verdict: Verdict) -> None:
        """Changes first: a new row may take the place that a changed one leaves."""
        if verdict.stale:
            SourceReference.objects.filter(pk__in=verdict.stale).delete()
        if verdict.updated:
            digests = [(SourceReference, row.reference_id or 0, ["digest"]) for row in verdict.updated]
            self._note(self._images([*kind.before(verdict.updated), *digests]))
            self._note_added(kind.update(verdict.updated))
            changed = [SourceReference(pk=row.reference_id, digest=row.digest) for row in verdict.updated]
            SourceReference.objects.bulk_update(changed, ["digest"])
        if verdict.created:
            self._note(self._images(kind.beside(verdict.created)))
            for row, pk in zip(verdict.created, kind.create(verdict.created), strict=True):
                row.target_id = pk
        pour(SourceReference, (self._reference(kind, row) for row in verdict.created + verdict.adopted))

    def _images(self, changing: list[tuple[type[Model], int, list[str]]]) -> Iterator[LoadChange]:
        """What stands now goes into the batch's journal, with the digests that the source had left."""
        for model, target, before in images(changing):
            yield LoadChange(
                batch=self.running, model=model._meta.label_lower, target_id=target, before=before
            )

    def _note(self, changes: Iterable[LoadChange]) -> None:
        """What stood in a row before this load changed it for the first time counts."""
        LoadChange.objects.bulk_create(changes, ignore_conflicts=True)

    def _note_added(self, rows: Sequence[Model] | None) -> None:
        """Rows without an audit of their own that an update added: an empty image says that they were not there."""
        self._note(
            LoadChange(batch=self.running, model=row._meta.label_lower, target_id=row.pk)
            for row in rows or ()
        )

    def _reference(self, kind: Kind, row: Row) -> dict[str, Any]:
        return {
            "system": self.system,
            "kind": kind.noun,
            "value": row.key,
            "digest": row.digest,
            "target_id": row.target_id,
            "batch_id": self.running.pk,
        }


def images(
    changing: list[tuple[type[Model], int, list[str]]],
) -> Iterator[tuple[type[Model], int, dict[str, Any]]]:
    """The rows as they stand, spelt for keeping, in the order in which they are named; one query a model."""
    wanted: dict[type[Model], dict[int, list[str]]] = defaultdict(dict)
    for model, target, names in changing:
        wanted[model][target] = names
    for model, targets in wanted.items():
        names = list(dict.fromkeys(name for found in targets.values() for name in found))
        rows = model._base_manager.filter(pk__in=targets).values("pk", *names)
        found = {row.pop("pk"): row for row in rows}
        for target in filter(found.__contains__, targets):
            yield model, target, {name: spelled(value) for name, value in found[target].items()}
