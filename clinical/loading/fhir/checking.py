"""The structure of a resource against the tables of FHIR R4: every fault with its path, none stops the reading."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from clinical.loading.fhir.primitives import BROKEN, JUDGES
from clinical.loading.fhir.shapes import DATATYPES, RESOURCES, Shape
from clinical.loading.fhir.shapes.codes import SYSTEMS
from clinical.loading.fhir.shapes.notation import BACKBONE, Element

# What a reference to a resource on some server ends in.
LITERAL = re.compile(
    r"(?:^|/)(?P<type>[A-Z][A-Za-z]+)(?:/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?|\?\S*)$"
)


class Problem(NamedTuple):
    """Where in the resource, what stands there, and what is wrong with it."""

    path: str
    value: str
    reason: str


def problem(path: str, value: Any, reason: Any) -> Problem:
    return Problem(printable(path), shown(value), str(reason))


def shown(value: Any) -> str:
    is_plain = isinstance(value, str | date | Decimal)
    text = str(value) if is_plain else json.dumps(value, ensure_ascii=False, default=str)
    return printable(text[:80])


def printable(text: str) -> str:
    """What no terminal shows and no database keeps stands there as a mark."""
    return BROKEN.sub("\N{REPLACEMENT CHARACTER}", text)


def check(resource: dict[str, Any]) -> list[Problem]:
    """All faults of a resource whose type is known here."""
    kind = resource["resourceType"]
    body = {name: value for name, value in resource.items() if name != "resourceType"}
    return list(_inside(body, RESOURCES[kind], kind))


def _inside(value: Any, shape: Shape, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield problem(path, value, _("An object in braces is needed here."))
        return
    if not value:
        yield problem(path, value, _("This is empty. What is not known is left out."))
        return
    yield from _lacking(value, shape, path)
    said: dict[str, str] = {}
    for name, item in value.items():
        element = shape.elements.get(name.removeprefix("_"))
        here = f"{path}.{name}"
        if element is None or (name.startswith("_") and element.type not in JUDGES):
            yield problem(here, item, _("FHIR R4 has no such element here."))
        elif name.startswith("_"):
            yield from _beside(item, here)
        else:
            if element.group and said.setdefault(element.group, name) != name:
                yield problem(
                    here, item, _("Only one of the kinds of %(name)s may be there.") % {"name": element.group}
                )
            yield from _item(item, element, shape.inside.get(name), here)


def _lacking(value: dict[str, Any], shape: Shape, path: str) -> Iterator[Problem]:
    for group, names in shape.needed.items():
        if not any(name in value or f"_{name}" in value for name in names):
            yield Problem(f"{path}.{group}", "", _("A value is needed."))


def _beside(item: Any, path: str) -> Iterator[Problem]:
    """What belongs to a simple value: an id and extensions; in a list null stands for nothing."""
    for one in item if isinstance(item, list) else [item]:
        if not isinstance(one, dict | None) or (one is None and not isinstance(item, list)):
            yield problem(path, one, _("An object in braces is needed here."))


def _item(item: Any, element: Element, inner: Shape | None, path: str) -> Iterator[Problem]:
    if element.is_list != isinstance(item, list):
        words = (
            _("A list in brackets is needed here.") if element.is_list else _("Only one value may be here.")
        )
        yield problem(path, item, _("null stands for nothing: leave it out.") if item is None else words)
        return
    if item == []:
        yield problem(path, item, _("This list is empty. What is not known is left out."))
    for number, one in enumerate(item if element.is_list else [item]):
        yield from _one(one, element, inner, f"{path}[{number}]" if element.is_list else path)


def _one(value: Any, element: Element, inner: Shape | None, path: str) -> Iterator[Problem]:
    if value is None:
        # In a list of simple values null keeps the place of one that is told by its extensions only.
        if not (element.is_list and element.type in JUDGES):
            yield problem(path, value, _("null stands for nothing: leave it out."))
    elif element.type in JUDGES:
        yield from _simple(value, element, path)
    elif element.type == BACKBONE and inner is not None:
        yield from _inside(value, inner, path)
    elif element.type in DATATYPES:
        yield from _inside(value, DATATYPES[element.type], path)
        if isinstance(value, dict):
            yield from _special(value, element, path)


def _simple(value: Any, element: Element, path: str) -> Iterator[Problem]:
    if reason := JUDGES[element.type](value):
        yield problem(path, value, reason)
    elif element.codes and value not in element.codes:
        words = _("Use one of these: %(values)s.") % {"values": ", ".join(sorted(element.codes))}
        yield problem(path, value, words)


def _special(value: dict[str, Any], element: Element, path: str) -> Iterator[Problem]:
    if element.type == "Reference":
        yield from _reference(value, element, path)
    elif element.codes:
        yield from _concept(value, element.codes, path)


def _concept(value: dict[str, Any], codes: frozenset[str], path: str) -> Iterator[Problem]:
    """One coding at least must be from the list that the standard demands, and none from its system beside it."""
    coded = value.get("coding")
    mine = [
        coding.get("code")
        for coding in (coded if isinstance(coded, list) else [])
        if isinstance(coding, dict) and coding.get("system") == SYSTEMS[codes]
    ]
    if not mine or not codes.issuperset(mine):
        words = _("Use one of these codes of %(system)s: %(values)s.")
        told = words % {"system": SYSTEMS[codes], "values": ", ".join(sorted(codes))}
        yield problem(f"{path}.coding", mine[0] if mine else value.get("text", ""), told)


def _reference(value: dict[str, Any], element: Element, path: str) -> Iterator[Problem]:
    text = value.get("reference")
    if not any(name in value for name in ("reference", "identifier", "display", "extension", "_reference")):
        yield problem(
            path, value, _("This names nothing: a reference, an identifier or a display is needed.")
        )
    found = LITERAL.search(text) if isinstance(text, str) and not text.startswith(("#", "urn:")) else None
    named = found["type"] if found else value.get("type")
    if element.targets and isinstance(named, str) and named not in element.targets:
        words = _("This must name one of these: %(types)s.") % {"types": ", ".join(sorted(element.targets))}
        yield problem(f"{path}.reference", text or named, words)
