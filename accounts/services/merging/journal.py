"""What a merge changed, row by row and column by column: written while it changes, read when it is undone."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import models

from accounts.services.spelling import spelled

Snapshot = dict[str, Any]


def empty() -> Snapshot:
    return {"moved": {}, "changed": {}, "created": {}, "references": []}


def set_columns(row: Any, columns: Mapping[str, Any], journal: Snapshot) -> None:
    """One UPDATE past the model's own `save`, and the old and the new value of each column in the journal."""
    model = type(row)
    named = {model._meta.get_field(name).attname: spelled_key(value) for name, value in columns.items()}
    rows = model._base_manager.filter(pk=row.pk)
    before = rows.values(*named).get()
    rows.update(**named)
    after = rows.values(*named).get()
    changed = {
        name: [spelled(before[name]), spelled(after[name])] for name in named if before[name] != after[name]
    }
    kept = journal["changed"].setdefault(model._meta.label_lower, {}).setdefault(str(row.pk), {})
    for name, (old, new) in changed.items():
        kept[name] = [kept.get(name, [old])[0], new]


def spelled_key(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def created(row: Any, journal: Snapshot) -> None:
    journal["created"].setdefault(row._meta.label_lower, []).append(row.pk)


def model_of(label: str) -> Any:
    return apps.get_model(label)


def value_of(model: Any, attname: str, written: Any) -> Any:
    """The value that was spelt, ready to be stored again."""
    field = next(one for one in model._meta.concrete_fields if one.attname == attname)
    return None if written is None else field.to_python(written)
