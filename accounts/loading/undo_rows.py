"""What a load made: found through its references and, below those rows, by introspection; proved by the audit."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from graphlib import TopologicalSorter
from typing import Any

from django.db.models import DO_NOTHING

from accounts.loading.registry import LAYOUTS
from accounts.models import AuditEvent, LoadBatch, LoadChange, PossibleTwin, SourceReference
from accounts.models.merging import children
from accounts.services.merging.journal import model_of
from accounts.services.spelling import batches
from accounts.triggers import AppendOnly, AuditRows

Rows = dict[Any, set[Any]]


class Made:
    """`rows` go; `later` hang on them and came another way; `changed` are rows that were there before the load."""

    def __init__(self, batch: LoadBatch) -> None:
        self.batch = batch
        self.rows: Rows = defaultdict(set)
        self.later: Rows = defaultdict(set)
        self.changed: Rows = defaultdict(set)
        self._read_journal()
        self._read_references()
        self._read_twins()

    def in_order(self) -> Iterator[tuple[Any, list[Any]]]:
        """What hangs on others first, so that the audit still finds whose a row was."""
        order: TopologicalSorter[Any] = TopologicalSorter()
        for model in self.rows:
            below = {field.model for field in children(model)} & set(self.rows) - {model}
            order.add(model, *below)
        for model in order.static_order():
            yield from ((model, keys) for keys in batches(sorted(self.rows[model])))

    def _read_journal(self) -> None:
        """An empty image stands for a row that the load added to one that was there."""
        changes = LoadChange.objects.filter(batch=self.batch)
        for label, target, before in changes.values_list("model", "target_id", "before").iterator():
            (self.changed if before else self.rows)[model_of(label)].add(target)
        for model, keys in list(self.changed.items()):
            self._descend(model, keys, is_going=False)

    def _read_references(self) -> None:
        kinds = [kind for layout in LAYOUTS.values() for kind in layout.kinds if hasattr(kind, "model")]
        models = {kind.noun: kind.model for kind in kinds}
        found: Rows = defaultdict(set)
        references = SourceReference.objects.filter(batch=self.batch)
        for noun, target in references.values_list("kind", "target_id").iterator():
            found[models[noun]].add(target)
        for model, keys in found.items():
            self._take(model, self._of_batch(model, keys))

    def _read_twins(self) -> None:
        """Also of two people who were both here before, and of whom the load brought a number."""
        events = made_by(self.batch, PossibleTwin)
        keys = {int(key) for key in events.values_list("target_id", flat=True)}
        self._take(PossibleTwin, standing(PossibleTwin, keys))

    def _take(self, model: Any, keys: set[Any]) -> None:
        new = keys - self.rows[model]
        self.rows[model] |= new
        if new:
            self._descend(model, new, is_going=True)

    def _descend(self, model: Any, keys: Collection[Any], *, is_going: bool) -> None:
        for field in children(model):
            if field.remote_field.on_delete is not DO_NOTHING:
                self._look_below(field, keys, is_going=is_going)

    def _look_below(self, field: Any, parents: Collection[Any], *, is_going: bool) -> None:
        found = below(field, parents) - self.rows[field.model]
        mine = self._of_batch(field.model, found) if is_audited(field.model) else set()
        if is_going:
            mine |= found if goes_along(field) else open_twins(field.model, found)
            self.later[field.model] |= found - mine
        self._take(field.model, mine)

    def _of_batch(self, model: Any, keys: Collection[Any]) -> set[Any]:
        found: set[Any] = set()
        for some in batches(keys):
            events = made_by(self.batch, model).filter(target_id__in=[str(key) for key in some])
            found |= {int(key) for key in events.values_list("target_id", flat=True)}
        return standing(model, found)


def made_by(batch: LoadBatch, model: Any) -> Any:
    told = {"action": "create", "source": AuditEvent.Source.TRIGGER, "batch_id": batch.pk}
    return AuditEvent.objects.filter(target_table=model._meta.db_table, **told)


def standing(model: Any, keys: Iterable[Any]) -> set[Any]:
    """Those that are still there."""
    rows = model._base_manager
    return {key for some in batches(keys) for key in rows.filter(pk__in=some).values_list("pk", flat=True)}


def below(field: Any, parents: Collection[Any]) -> set[Any]:
    rows = field.model._base_manager
    return {
        key
        for some in batches(parents)
        for key in rows.filter(**{f"{field.name}__in": some}).values_list("pk", flat=True)
    }


def is_audited(model: Any) -> bool:
    return any(isinstance(rule, AuditRows) for rule in model._meta.constraints)


def goes_along(field: Any) -> bool:
    """A row of a set, and what is only ever written with its parent."""
    rules = field.model._meta.constraints
    return bool(field.model._meta.auto_created) or any(
        isinstance(rule, AppendOnly) and rule.undone_with == field.name for rule in rules
    )


def open_twins(model: Any, keys: Collection[Any]) -> set[Any]:
    """A question about somebody who goes is no question any more, whoever asked it."""
    if model is not PossibleTwin:
        return set()
    return set(
        model.objects.filter(pk__in=keys, status=PossibleTwin.Status.OPEN).values_list("pk", flat=True)
    )
