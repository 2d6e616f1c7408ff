"""Takes a load back."""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseAway
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.loading.undo import Undoing, preview_undo, undo_load
from accounts.models import LoadBatch, User

EXAMPLE = (
    "examples:\n"
    "  python manage.py undo_load 3f2c9a71 --dry-run\n"
    "  python manage.py undo_load 12 --actor admin@example.org\n"
    "the number or the id stands in the list of loads; the start of the id is enough."
)


class Command(BaseCommand):
    help = _(
        "Take a load back: what it made goes, what it changed becomes what it was. Refused, with the reasons, "
        "when later work depends on it. Ends with 0 when it is undone, 2 when nothing was done."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs |= {"formatter_class": RawDescriptionHelpFormatter, "epilog": EXAMPLE}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", help=_("number of the load, its id or the start of it"))
        parser.add_argument("--dry-run", action="store_true", help=_("tell what would be done, do nothing"))
        parser.add_argument("--json", action="store_true", help=_("counts as JSON"))
        parser.add_argument("--reason", default="", help=_("why, for the audit"))
        parser.add_argument(
            "--actor", metavar="EMAIL", help=_("administrator in whose name the audit notes it")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self._undo(options)
        except (DomainError, DatabaseAway) as refusal:
            self._stop(str(refusal), refusal)
        else:
            self._tell(found, options)

    def _undo(self, options: dict[str, Any]) -> Undoing:
        told: dict[str, Any] = {"batch": named(options["batch"]), "actor": actor(options["actor"])}
        if options["dry_run"]:
            return preview_undo(**told, now=timezone.now())
        return undo_load(**told, reason=options["reason"], now=timezone.now())

    def _tell(self, found: Undoing, options: dict[str, Any]) -> None:
        self.stdout.write(as_json(found) if options["json"] else as_line(found))
        for words in found.obstacles:
            self.stderr.write(words)
        if options["dry_run"]:
            self.stderr.write(gettext("Dry run: nothing was undone."))
        if found.obstacles:
            raise SystemExit(2)

    def _stop(self, words: str, refusal: Exception) -> None:
        self.stderr.write(words)
        raise SystemExit(2) from refusal


def named(text: str) -> LoadBatch:
    """By number, else by the start of the public id."""
    loads = LoadBatch.objects.all()
    found = list(loads.filter(pk=int(text))) if text.isdecimal() and len(text) < 10 else []
    start = text.replace("-", "").casefold()
    found = found or [one for one in loads if start and one.public_id.hex.startswith(start)]
    if len(found) != 1:
        several = gettext("Several loads begin like this. Write more of the id.")
        raise DomainError(several if found else gettext("There is no such load."))
    return found[0]


def actor(email: str | None) -> User | None:
    if not email:
        return None
    found = User.objects.active().filter(email=email.lower()).first()
    if found is None:
        raise DomainError(gettext("No account signs in with %(email)s.") % {"email": email})
    return found


def as_line(found: Undoing) -> str:
    removed = ", ".join(f"{kind} {number}" for kind, number in found.removed) or "0"
    restored = ", ".join(f"{kind} {number}" for kind, number in found.restored) or "0"
    return f"removed: {removed}; restored: {restored}"


def as_json(found: Undoing) -> str:
    return json.dumps(
        {"removed": dict(found.removed), "restored": dict(found.restored), "obstacles": found.obstacles}
    )
