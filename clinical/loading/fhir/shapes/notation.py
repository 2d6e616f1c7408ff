"""A table of elements, one a line: name, types, and how often; as short as the standard's own pages.

contact        Backbone *              any number
contact.gender code=gender             at most one, from a required list
link.other     Reference:Patient !     exactly one, which names a resource of this type
deceased[x]    boolean|dateTime        one of both
"""

from dataclasses import dataclass, field

from clinical.loading.fhir.shapes.codes import CODES

BACKBONE = "Backbone"
COUNTS = {"!": (True, False), "*": (False, True), "+": (True, True)}


@dataclass(frozen=True, slots=True)
class Element:
    """`group` is the name under which a choice of types counts as one element."""

    type: str
    is_needed: bool = False
    is_list: bool = False
    group: str = ""
    codes: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()


@dataclass
class Shape:
    elements: dict[str, Element] = field(default_factory=dict)
    # Shapes of what stands inside an element, by its name.
    inside: dict[str, "Shape"] = field(default_factory=dict)

    @property
    def needed(self) -> dict[str, list[str]]:
        """The names of which one must be there, by the name under which they count."""
        found: dict[str, list[str]] = {}
        for name, element in self.elements.items():
            if element.is_needed:
                found.setdefault(element.group or name, []).append(name)
        return found

    def place(self, path: list[str]) -> "Shape":
        return self.inside[path[0]].place(path[1:]) if path else self


def read(text: str) -> Shape:
    shape = Shape()
    for line in filter(None, map(str.strip, text.splitlines())):
        name, types, count = (*line.split(), "")[:3]
        *parents, last = name.split(".")
        _add(shape.place(parents), last, types, *COUNTS.get(count, (False, False)))
    return shape


def _add(shape: Shape, name: str, types: str, is_needed: bool, is_list: bool) -> None:
    if not name.endswith("[x]"):
        shape.elements[name] = _element(types, is_needed, is_list)
        if types == BACKBONE:
            shape.inside[name] = Shape(
                {"id": Element("string"), "extension": Element("Extension", is_list=True)}
                | {"modifierExtension": Element("Extension", is_list=True)}
            )
        return
    stem = name.removesuffix("[x]")
    for one in types.split("|"):
        bare = one.partition(":")[0].partition("=")[0]
        shape.elements[stem + bare[0].upper() + bare[1:]] = _element(one, is_needed, is_list, name)


def _element(notation: str, is_needed: bool, is_list: bool, group: str = "") -> Element:
    kind, _colon, targets = notation.partition(":")
    kind, _equals, codes = kind.partition("=")
    return Element(
        kind,
        is_needed,
        is_list,
        group,
        CODES[codes] if codes else frozenset(),
        frozenset(targets.split(",")) if targets else frozenset(),
    )
