"""The layouts that can be loaded; each app registers what a row of its kinds means."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.loading.kinds import Kind


@dataclass(frozen=True)
class Layout:
    """The kinds of one source system, parents first; rows of a `needed` table must be there."""

    system: str
    kinds: Sequence[Kind]
    needed: str


LAYOUTS: dict[str, Layout] = {}


def register(layout: Layout) -> None:
    LAYOUTS[layout.system] = layout
