"""One spelling for every stored value: the same for a value just written and for one read from either database."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID


def spelled(value: Any) -> Any:
    """As JSON can hold it."""
    match value:
        case None | bool() | int() | str() | float() | list() | dict():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case timedelta():
            return value.total_seconds()
        case bytes() | memoryview():
            return bytes(value).hex()
        case UUID():
            return str(value)
    return str(value)


def canonical(value: Any) -> bytes:
    """Sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=spelled)
    return text.encode()


def batches(keys: Iterable[Any], size: int = 5000) -> Iterator[list[Any]]:
    """Few enough for one statement of either database."""
    rest = iter(keys)
    while batch := list(islice(rest, size)):
        yield batch


def columns_of(model: Any, without: frozenset[str] = frozenset()) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.attname not in without]
