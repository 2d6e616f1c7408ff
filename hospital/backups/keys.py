"""Keys of the age format: the public ones seal and stay on the server, the secret one opens and does not."""

import os
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from pyrage import IdentityError, RecipientError
from pyrage.x25519 import Identity, Recipient

from hospital.backups.errors import NotRestored, NotTaken

# How a secret key begins.
SECRET = "AGE-SECRET-KEY-"  # noqa: S105


def recipients() -> list[Recipient]:
    """Those for whom a backup is sealed. Raises NotTaken without one: there is no plain backup."""
    if not settings.BACKUP_RECIPIENTS:
        raise NotTaken(
            _(
                "A backup is always sealed, and no key is named. Make one with “manage.py backup --new-key FILE”,"
                " put the public key it shows into BACKUP_RECIPIENTS, and keep FILE away from this machine."
            )
        )
    try:
        return [Recipient.from_str(key.strip()) for key in settings.BACKUP_RECIPIENTS]
    except RecipientError as error:
        raise NotTaken(_("BACKUP_RECIPIENTS holds something that is no public key (age1…).")) from error


def new_key(path: Path) -> str:
    """Writes a new secret key that only its owner may read; the public key to put into BACKUP_RECIPIENTS."""
    identity = Identity.generate()
    public = str(identity.to_public())
    lines = [f"# created: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", f"# public key: {public}", str(identity)]
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return public


def identities(path: Path | None) -> list[Identity]:
    """The secret keys in a file: one a line, lines with # are remarks."""
    if path is None:
        raise NotRestored(
            _("Name the file with the secret key: --identity FILE, or set BACKUP_IDENTITY_FILE.")
        )
    try:
        found = [line.strip() for line in path.read_text().splitlines() if line.startswith(SECRET)]
        keys = [Identity.from_str(line) for line in found]
    except (IdentityError, UnicodeDecodeError) as error:
        raise NotRestored(no_key(path)) from error
    if not keys:
        raise NotRestored(no_key(path))
    return keys


def no_key(path: Path) -> str:
    return _("%(path)s holds no secret key (AGE-SECRET-KEY-…).") % {"path": path}
