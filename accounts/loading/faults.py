"""What is wrong with an input, said so that a person can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.errors import DomainError


@dataclass(frozen=True, slots=True)
class Fault:
    """Row 1 is the header, as a spreadsheet counts; row 0 stands for the whole file."""

    file: str
    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = [self.file]
        if self.row:
            place.append(_("row %(number)d") % {"number": self.row})
        if self.column:
            place.append(f"{self.column} “{self.value[:80]}”" if self.value else self.column)
        return f"{', '.join(place)}: {self.reason}"


class Unreadable(DomainError):
    """The input as a whole cannot be used: nothing of it is loaded, not even the good rows."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class LoadStopped(DomainError):
    """The database refused while writing; earlier chunks stay, and the next run completes them."""
