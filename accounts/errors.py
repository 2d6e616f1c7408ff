"""What can go wrong, in words for people; forms and the admin show them as they stand."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule of the house refused; its text says why and what to do."""

    message: Any = _("This cannot be done.")

    def __init__(self, message: Any = "") -> None:
        super().__init__(message or self.message)

    def __str__(self) -> str:
        return str(self.args[0])


class NotAllowed(DomainError):
    message = _("Your role may not do this.")


class StaleVersion(DomainError):
    """The row changed after the form was opened; `rows` holds (label, mine, theirs) for the conflict page."""

    message = _("Someone else changed this while you had it open.")

    def __init__(self, message: Any = "", rows: list[tuple[Any, Any, Any]] | None = None) -> None:
        super().__init__(message)
        self.rows = rows or []


class Busy(DomainError):
    message = _("The calendar is busy just now. Try again in a moment.")
