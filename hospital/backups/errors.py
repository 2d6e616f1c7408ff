"""Why a backup was not taken or not put back."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError


class NotTaken(DomainError):
    message = _("The backup was not taken.")


class NotRestored(DomainError):
    message = _("Nothing was restored.")


class BadArchive(NotRestored):
    message = _("This is no whole backup: it was cut short or changed, or it is another file.")


class WrongKey(NotRestored):
    message = _("This key does not open the backup. Name the file with the secret key: --identity FILE.")
