"""The layouts that can be loaded; each app registers what a row of its kinds means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.loading.kinds import Kind


@dataclass(frozen=True)
class Layout:
    """The kinds of one source system, parents first; rows of a `needed` table must be there.

    `label` is what people call it. `keys` names the source of the keys where it is not the layout's own name:
    the loads of a house's own files share it, so that visits find the patients who were loaded before.
    """

    system: str
    kinds: Sequence[Kind]
    needed: str
    label: Any = ""
    keys: str = ""

    @property
    def is_single(self) -> bool:
        """Whether one file is the whole: then its name is of no account."""
        return len({kind.table for kind in self.kinds if kind.table}) == 1


LAYOUTS: dict[str, Layout] = {}


def register(layout: Layout) -> None:
    LAYOUTS[layout.system] = layout
