"""What was typed and not saved: kept as it stands, found again, forgotten once it is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import AuditEvent, User
from accounts.rules import demand
from clinical.errors import EncounterNotOpen, SignedRecord, TooMuchTyped
from clinical.models import Encounter, MedicalRecord, NoteDraft
from clinical.models.draft import NoteDraftQuerySet
from scheduling.services.calendar import patiently

LARGEST = 1_000_000  # characters of one form
MOST_WINDOWS = 10
LONGEST_PATH = 200
Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Window:
    """The page that a text is typed in, and the stamp of the kept text that it was opened with."""

    mark: UUID
    begun_from: UUID | None = None


@patiently
def keep(
    *,
    author: User,
    path: str,
    typed: Typed,
    window: Window,
    now: datetime,
    encounter: Encounter | None = None,
    after_sign_out: bool = False,
) -> NoteDraft:
    """Store the form as it was sent, over what the same window kept before.

    The text that the window began from goes, unless its own window has changed it since.
    """
    size = sum(len(name) + sum(map(len, values)) for name, values in typed.items())
    if size > LARGEST or len(path) > LONGEST_PATH:
        raise TooMuchTyped
    mine = NoteDraft.objects.typed_by(author, path)
    known = {"author": author, "path": path, "window": window.mark, "after_sign_out": after_sign_out}
    text = {"encounter": encounter, "typed": dict(typed), "stamp": uuid4(), "saved_at": now}
    with transaction.atomic():
        before = begun_in(mine, window)
        begun = {"begun_at": before.begun_at if before else now}
        draft, _is_new = NoteDraft.objects.update_or_create(
            **known, defaults=text, create_defaults=text | begun
        )
        if before:
            before.delete()
        for surplus in mine.filter(after_sign_out=after_sign_out)[MOST_WINDOWS:]:
            surplus.delete()
    return draft


def begun_in(mine: NoteDraftQuerySet, window: Window) -> NoteDraft | None:
    """The text of another window that this one was opened with, as long as nobody has changed it there."""
    if window.begun_from is None:
        return None
    return mine.filter(stamp=window.begun_from).exclude(window=window.mark).first()


def keep_note(
    *, encounter: Encounter, actor: User, path: str, typed: Typed, window: Window, now: datetime
) -> NoteDraft:
    """The same for a note, while something can be written in it; says why when nothing can."""
    demand(actor, "clinical.write_record", encounter)
    record = MedicalRecord.objects.latest_of(encounter)
    if record and record.is_signed:
        raise SignedRecord
    if not encounter.is_open:
        raise EncounterNotOpen
    return keep(author=actor, path=path, typed=typed, window=window, now=now, encounter=encounter)


def forget(texts: NoteDraftQuerySet, window: Window) -> None:
    """The text is saved: of these texts goes what its window kept, and the one that it was opened with."""
    windows = {window.mark, *texts.filter(stamp=window.begun_from).values_list("window", flat=True)}
    texts.filter(window__in=windows).delete()


def discard(*, author: User, stamp: UUID) -> NoteDraft | None:
    """Throw away one of the author's own texts, as it was shown; None when it is not there any more."""
    draft = NoteDraft.objects.filter(author=author, stamp=stamp).first()
    if draft is None:
        return None
    NoteDraft.objects.filter(author=author, path=draft.path, window=draft.window).delete()
    return draft


def last_saved(record: MedicalRecord) -> AuditEvent | None:
    """Who saved the stored text, and when, as the audit tells it."""
    rows = AuditEvent.objects.filter(
        target_table=MedicalRecord._meta.db_table,
        target_id=str(record.pk),
        source=AuditEvent.Source.TRIGGER,
        action__in=["create", "update"],
    )
    return rows.select_related("actor").first()
