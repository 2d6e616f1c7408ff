"""A process that loads an export and is killed in the middle of a chunk; another that goes on, and tells what is there.

`python -m hospital.tests.killed load FOLDER NUMBER` dies with the NUMBERth chunk written and not yet kept.
`python -m hospital.tests.killed announce FOLDER` loads, and says so when it begins to write.
`python -m hospital.tests.killed undo FOLDER` loads, and dies with the undo done and not yet kept.
`python -m hospital.tests.killed empty FOLDER` undoes everything and tells how many rows are left.
`python -m hospital.tests.killed tell FOLDER` loads again, undoes everything, loads undisturbed, and compares.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from io import StringIO
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models import Model  # noqa: E402

from accounts.loading import undo  # noqa: E402
from accounts.loading.pipeline import Load  # noqa: E402
from accounts.loading.registry import LAYOUTS  # noqa: E402
from accounts.models import LoadBatch, SourceReference  # noqa: E402
from accounts.services.spelling import columns_of, spelled  # noqa: E402

# What is given anew each time.
GIVEN = {"id", "public_id", "mrn", "recorded_at", "version", "happened_at"}
MODELS = {kind.noun: kind.model for kind in LAYOUTS["synthea"].kinds if hasattr(kind, "model")}


def die(*_what: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_in_chunk(number: int) -> None:
    whole, left = Load._write_rows, [number]

    def dying(self: Load, *rest: Any) -> None:
        whole(self, *rest)
        left[0] -= 1
        if not left[0]:
            die()

    Load._write_rows = dying  # type: ignore[method-assign]


def rows() -> dict[str, Any]:
    """Every loaded row under its key, with the keys of the rows that it names."""
    known = {(one.kind, one.target_id): one.value for one in SourceReference.objects.all()}
    found = {}
    for noun, model in MODELS.items():
        for row in model._base_manager.values("pk", *columns_of(model)):
            key = known.pop((noun, row["pk"]), None)
            found[f"{noun} {key or row['pk']}"] = told(model, row)
    return found | {f"without a row: {key}": value for key, value in known.items() if key[0] in MODELS}


def told(model: type[Model], row: dict[str, Any]) -> dict[str, Any]:
    keys = {field.attname: field.related_model for field in model._meta.concrete_fields if field.is_relation}
    plain = {name: spelled(row[name]) for name in columns_of(model) if name not in GIVEN | keys.keys()}
    return plain | {name: named(parent, row[name]) for name, parent in keys.items()}


def named(model: Any, pk: int | None) -> str:
    reference = SourceReference.objects.filter(kind=model._meta.model_name, target_id=pk).first()
    return reference.value if reference else str(pk)


def load(folder: str) -> None:
    call_command("load_synthea", folder, stdout=StringIO(), stderr=StringIO())


def tell(folder: str) -> dict[str, Any]:
    killed, before = LoadBatch.objects.order_by("pk").last(), rows()
    load(folder)
    after = rows()
    states = Counter(LoadBatch.objects.values_list("status", flat=True))
    left = empty(folder)
    load(folder)
    return {
        "killed": killed and killed.status,
        "rows before": len(before),
        "states": states,
        "same": after == rows(),
        "rows": len(after),
        "left by undo": left,
    }


def empty(_folder: str) -> int:
    """How many rows an undo of all loads leaves, with those that were killed a moment ago."""
    LoadBatch.objects.filter(status="running").update(status="stopped")
    for batch in LoadBatch.objects.exclude(status="undone").order_by("-pk"):
        call_command("undo_load", str(batch.pk), stdout=StringIO())
    return len(rows())


def killed_load(folder: str, number: str) -> None:
    die_in_chunk(int(number))
    load(folder)


def announced_load(folder: str) -> None:
    begin = Load._open_batch

    def announcing(self: Load) -> LoadBatch:
        batch = begin(self)
        print("writing", flush=True)
        return batch

    Load._open_batch = announcing  # type: ignore[method-assign]
    load(folder)


def killed_undo(folder: str) -> None:
    load(folder)
    undo.close = die  # type: ignore[assignment]
    empty(folder)


WAYS: dict[str, Callable[..., Any]] = {
    "load": killed_load,
    "announce": announced_load,
    "undo": killed_undo,
    "empty": empty,
    "tell": tell,
}

if __name__ == "__main__":
    way, *words = sys.argv[1:]
    print(json.dumps(WAYS[way](*words)))
