"""What the clinical record refuses, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError


class SignedRecord(DomainError):
    message = _("This record is signed. It cannot change any more; you can add an addendum.")


class FinishedEncounter(DomainError):
    message = _("This visit is finished. What was noted in it cannot change any more.")


class EncounterNotOpen(DomainError):
    message = _("This visit is not open. Nothing can be written in it.")


class EncounterHasContent(DomainError):
    message = _("Something has been written for this visit, so its start cannot be undone.")


class VisitAlreadyEnded(DomainError):
    message = _("This visit has already ended.")


class NothingWritten(DomainError):
    message = _("Write something in the note first.")


class NotReadyToSign(DomainError):
    message = _("The note is not ready to sign.")


class NotSigned(DomainError):
    message = _("Only a signed record takes an addendum. Change the draft instead.")


class EmptyAddendum(DomainError):
    message = _("An addendum needs a text and a reason.")


class ReasonMissing(DomainError):
    message = _("Say why.")


class AlreadyInError(DomainError):
    message = _("This is marked as entered in error already.")


class OtherPatient(DomainError):
    message = _("This visit is another patient's. Nothing was saved.")


class NothingToCorrect(DomainError):
    message = _("Only the latest signed version can be corrected. Open the visit's newest record.")


class NothingChanged(DomainError):
    message = _("Nothing differs from the version before. Change the text first.")


class AlreadyReleased(DomainError):
    message = _("The patient can read this already.")


class AlreadyAnswered(DomainError):
    message = _("This request was answered meanwhile. Nothing was changed.")


class TooMuchTyped(DomainError):
    message = _("This text is too long to be kept. Save it in parts.")


class ListedAlready(DomainError):
    message = _("This is on the list already. Change the entry that is there.")


class ListedBefore(DomainError):
    """It was on the list once; `row` is that entry, which may be made active again."""

    message = _("This was on the list before.")

    def __init__(self, row: Any) -> None:
        super().__init__()
        self.row = row


class StillAllergic(DomainError):
    message = _("There is an allergy on the list. “No known allergies” can be recorded once none is active.")


class NoSubstance(DomainError):
    message = _("This is no substance. Use the button “No known allergies” on the list instead.")


class DayDoesNotFit(DomainError):
    message = _("Check the days.")


class VaccineExpired(DomainError):
    message = _("This vaccine had expired on that day. Check the expiry date, or do not give it.")


class FileRefused(DomainError):
    message = _("This file cannot be taken.")


class FiledAlready(FileRefused):
    """The same bytes are filed for the same patient; `row` is that document."""

    def __init__(self, row: Any, message: Any) -> None:
        super().__init__(message)
        self.row = row


class FileMissing(DomainError):
    message = _("The file of this document cannot be read just now. Tell the hospital which document it is.")


class NothingMeasured(DomainError):
    message = _("Write at least one value.")


class ImpossibleValue(DomainError):
    """`code` is the measurement that cannot be."""

    def __init__(self, code: str, message: Any) -> None:
        super().__init__(message)
        self.code = code


class WrongTime(DomainError):
    message = _("This time cannot be right.")


class NeedsConfirmation(DomainError):
    """Unusual values; `readings` are those that nobody has confirmed yet."""

    message = _("Some values are unusual. Change them, or confirm that they are right.")

    def __init__(self, readings: Any) -> None:
        super().__init__()
        self.readings = list(readings)


class SavedBefore(DomainError):
    message = _("This form was saved before, with other values. Nothing was changed; open the form anew.")


class ReportedResult(DomainError):
    message = _("This result is final. It cannot change any more; it can be corrected.")


class HasResult(DomainError):
    message = _("This test has a final result, or is no longer wanted. A final result can be corrected.")


class NoFinalResult(DomainError):
    message = _("This test has no final result yet.")


class ReplacedResult(DomainError):
    message = _("This result was corrected meanwhile. Open the newest one.")


class ValueMissing(DomainError):
    message = _("Write the value, or the result in words.")


class FlagDoesNotFit(DomainError):
    message = _("This interpretation does not fit the value and its range.")


class AlreadyReviewed(DomainError):
    message = _("This result was reviewed already.")


class NeverReleased(DomainError):
    message = _("This result was reported as one that is not shown to the patient. That cannot change.")


class MedicineMoved(DomainError):
    message = _("This medicine is %(status)s already. Nothing was changed.")


class NotPrescribedYet(DomainError):
    message = _("This medicine stands in a note that is not signed yet. Change the note instead.")


class NoOpenVisit(DomainError):
    message = _("You have no open visit with this patient. Begin one, then renew the medicine.")
