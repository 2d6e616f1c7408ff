"""Reads a mapping from a TOML file; all that is wrong with it is told at once."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.loading.faults import Fault, Unreadable
from accounts.loading.headings import spelt
from accounts.loading.mapping import Mapping
from accounts.loading.registry import Layout

TEXTS = ("time_zone", "encoding", "delimiter", "sheet")
PAIRS = ("columns", "fixed", "defaults", "formats")


def read(path: Path, layout: Layout) -> Mapping:
    """Raises Unreadable with every fault; whether the file has the columns is asked when it is opened."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:  # numbers too long to read, and brackets without end
        words = _("This is not a mapping in TOML: %(error)s") % {"error": error}
        raise Unreadable([Fault(path.name, 0, "", "", words)]) from error
    faults = [Fault(path.name, 0, place, value, reason) for place, value, reason in misshapen(said)]
    if faults:
        raise Unreadable(faults)
    mapping = shaped(said)
    if faults := mapping.faults(None, layout, path.name):
        raise Unreadable(faults)
    return mapping


def misshapen(said: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, content in said.items():
        if name in TEXTS:
            yield from not_text(name, content)
        elif name in PAIRS:
            yield from not_pairs(name, content)
        elif name == "values":
            yield from not_values(content)
        else:
            words = _("There is no such section. These are known: %(names)s.")
            yield name, "", words % {"names": ", ".join([*TEXTS, *PAIRS, "values"])}


def not_values(content: Any) -> Iterator[tuple[str, str, str]]:
    if not isinstance(content, dict):
        yield from not_pairs("values", content)
        return
    for column, words in content.items():
        yield from not_pairs(f"values.{column}", words)


def not_pairs(place: str, content: Any) -> Iterator[tuple[str, str, str]]:
    if not isinstance(content, dict):
        yield (
            place,
            str(content),
            _("This is a section: write [%(place)s] above its lines.") % {"place": place},
        )
        return
    for name, text in content.items():
        yield from not_text(f"{place}.{name}", text)


def not_text(place: str, content: Any) -> Iterator[tuple[str, str, str]]:
    if not isinstance(content, str):
        yield place, str(content), _("Write this between quotes.")


def shaped(said: dict[str, Any]) -> Mapping:
    """Our columns in capitals, however they were written."""
    parts: dict[str, Any] = {name: said.get(name, "") for name in TEXTS}
    for name in PAIRS:
        parts[name] = {column_name(ours): text for ours, text in said.get(name, {}).items()}
    parts["values"] = {column_name(ours): words for ours, words in said.get("values", {}).items()}
    return Mapping(**parts)


def column_name(said: str) -> str:
    return spelt(said).replace(" ", "_").replace("-", "_")
