"""What the clinical record refuses, in words."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError


class SignedRecord(DomainError):
    message = _("This record is signed. It cannot change any more; you can add an addendum.")


class FinishedEncounter(DomainError):
    message = _("This visit is finished. Its diagnoses and prescriptions cannot change any more.")


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
