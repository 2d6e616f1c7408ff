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
    """The row changed after the form was opened; `rows` holds (label, mine, theirs) for the conflict page.

    With the `version` that stands now the page offers to send what was typed once more, over what is stored.
    """

    message = _("Someone else changed this while you had it open.")

    def __init__(
        self, message: Any = "", rows: list[tuple[Any, Any, Any]] | None = None, version: int | None = None
    ) -> None:
        super().__init__(message)
        self.rows = rows or []
        self.version = version


class Busy(DomainError):
    message = _("The calendar is busy just now. Try again in a moment.")


class FileClosed(DomainError):
    message = _("This patient's file was merged into another. Use the other file.")


class FileJoined(DomainError):
    message = _("Your file was joined with another. Call us, so that we open it for you.")


class FileArchived(DomainError):
    message = _("This patient's file is in the archive. Bring it back before its details change.")


class DetailsDecided(DomainError):
    message = _("Somebody decided this, or the patient asked for something else, meanwhile. Look again.")


class LikelyTwin(DomainError):
    """Somebody very much like this is a patient already; `twins` are those whom nobody has ruled out yet."""

    message = _("This may be a patient whom we know already. Compare first.")

    def __init__(self, twins: Any = ()) -> None:
        super().__init__()
        self.twins = list(twins)


class CannotMerge(DomainError):
    message = _("These two files cannot be merged.")


class CannotUndo(DomainError):
    message = _("This merge cannot be undone.")
