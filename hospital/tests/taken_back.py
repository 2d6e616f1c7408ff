"""The newest load taken back by the command, and what the house holds before and after."""

import hashlib
from io import StringIO
from typing import Any

from django.apps import apps
from django.core.management import call_command

from accounts.models import AuditEvent, LoadBatch, LoadChange, MrnCounter
from accounts.services.exporting import COUNTERS
from accounts.services.spelling import canonical, columns_of

# What tells of the load itself stays, and record numbers are not given twice.
KEPT = {AuditEvent, LoadBatch, LoadChange, MrnCounter}


def undo(*options: str) -> tuple[int, str]:
    """How the command ended for the newest load, and all that it said."""
    out, code = StringIO(), 0
    batch = LoadBatch.objects.order_by("-pk")[0]
    try:
        call_command("undo_load", str(batch.public_id)[:13], *options, stdout=out, stderr=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, out.getvalue()


def digests() -> dict[str, str]:
    """Of every table of the house, without counts of edits."""
    models = [m for m in apps.get_models() if m._meta.app_label in ("accounts", "scheduling", "clinical")]
    return {model._meta.label: digest(model) for model in models if model not in KEPT}


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return [label for label in one if one[label] != other[label]]


def digest(model: Any) -> str:
    rows = model._base_manager.order_by("pk").values(*columns_of(model, COUNTERS))
    return hashlib.sha256(canonical(list(rows))).hexdigest()
