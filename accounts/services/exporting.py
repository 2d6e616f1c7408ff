"""Everything that the house holds about a patient, in one file that is always spelt the same."""

from collections import defaultdict
from typing import Any

from accounts.models import Patient, SourceReference
from accounts.models.merging import KEEP, children, relations, rule_of
from accounts.services.spelling import batches, canonical, columns_of, spelled

# Counts edits of the row and says nothing about the patient.
COUNTERS = frozenset({"version"})


def export_patient(patient: Patient) -> bytes:
    """Canonical JSON of the patient's row and of every row below it, found by introspection.

    What tells of the file and is no part of it (audit, merges, twins: KEEP) stays out, and so do edit counters.
    """
    found = rows_below(patient)
    rows = {model._meta.label_lower: written(model, keys) for model, keys in found.items() if keys}
    references = SourceReference.objects.filter(kind="patient", target_id=patient.pk)
    known = sorted(references.values_list("system", "value"))
    person = written(Patient, {patient.pk})[0]
    return canonical({"patient": person, "known_as": known, "rows": rows})


def rows_below(patient: Patient) -> dict[Any, set[Any]]:
    """The keys of every row that points at the patient, or at such a row, by model."""
    found: dict[Any, set[Any]] = defaultdict(set)
    waiting: list[tuple[Any, set[Any]]] = []
    for field in relations():
        if rule_of(field) is not KEEP:
            waiting.append((field, {patient.pk}))
    while waiting:
        field, parents = waiting.pop()
        new = keys_below(field, parents) - found[field.model]
        found[field.model] |= new
        if new:
            waiting += [(below, new) for below in children(field.model)]
    return found


def keys_below(field: Any, parents: set[Any]) -> set[Any]:
    rows, path = field.model._base_manager, f"{field.name}__in"
    return {
        key for batch in batches(parents) for key in rows.filter(**{path: batch}).values_list("pk", flat=True)
    }


def written(model: Any, keys: set[Any]) -> list[dict[str, Any]]:
    """The rows as the database holds them, in the order of their keys."""
    rows, names = model._base_manager.order_by("pk"), columns_of(model, COUNTERS)
    found = [row for batch in batches(sorted(keys)) for row in rows.filter(pk__in=batch).values(*names)]
    return [{name: spelled(value) for name, value in row.items()} for row in found]
