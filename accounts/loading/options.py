"""How one load is to be done; the same from a command line and from the back office."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self


@dataclass(frozen=True)
class Options:
    """`system` names the source whose keys the rows carry; empty, it is the layout's own name.

    `mapping` is a `Mapping` as JSON; `time_zone` is that of times without an offset, by its IANA name.
    """

    system: str = ""
    keep_going: bool = False
    dry_run: bool = False
    keep_identifiers: bool = False
    strip_name_digits: bool = False
    time_zone: str = ""
    mapping: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Options that this release does not know are left out, and so is what was not said."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known and value is not None})
