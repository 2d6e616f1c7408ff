"""Documents: taken by what their bytes are, kept under a random name, given out byte for byte."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import acting, record_event
from accounts.models import Patient, User
from accounts.rules import demand
from clinical.errors import AlreadyInError, AlreadyReleased, FiledAlready, FileMissing, FileRefused
from clinical.models import Document
from clinical.models.document import random_name
from clinical.services.listed import midday, require_past
from clinical.services.rows import add_once, hold_patient
from clinical.sniffing import kind_of
from scheduling.services.calendar import patiently


@patiently
def add_document(
    *,
    patient: Patient,
    content: bytes,
    title: str,
    kind: str,
    happened_on: date,
    actor: User,
    now: datetime,
    key: UUID | None = None,
    is_released: bool = False,
    anyway: bool = False,
) -> Document:
    """File the bytes; the file is written last and goes again when the transaction fails. One `key` is one document.

    Raises FileRefused for what is empty, too large or of another kind, and FiledAlready for the same bytes
    of the same patient unless it is to be done `anyway`.
    """
    demand(actor, "clinical.add_document", patient)
    name, facts = random_name(None, ""), facts_of(content)
    with gone_on_failure(name), acting(actor, reason="document filed"):
        patient = hold_patient(patient)
        require_past(happened_on, patient, now)
        return add_once(
            Document,
            patient,
            actor=actor,
            now=now,
            key=key,
            judge=lambda row: write(row, content, anyway),
            title=" ".join(title.split()),
            kind=kind,
            file=name,
            happened_at=midday(happened_on, now),
            released_at=now if is_released else None,
            **facts,
        )


def facts_of(content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"content_type": judged(content), "size": len(content), "sha256": digest}


def write(row: Document, content: bytes, anyway: bool) -> None:
    """The file of a row that is about to be made."""
    if not anyway:
        refuse_same(row)
    default_storage.save(str(row.file), ContentFile(content))


def judged(content: bytes) -> str:
    """The content type by the bytes; refuses in words."""
    require_size(len(content))
    content_type = kind_of(content)
    if content_type is None:
        raise FileRefused(
            _("Only PDF, PNG, JPEG and plain text (UTF-8) are taken, and this file is none of them.")
        )
    return content_type


def require_size(size: int) -> None:
    if size == 0:
        raise FileRefused(_("This file is empty. Choose another."))
    if size > settings.DOCUMENT_MAX_BYTES:
        most = {"size": filesizeformat(size), "most": filesizeformat(settings.DOCUMENT_MAX_BYTES)}
        raise FileRefused(_("This file has %(size)s. At most %(most)s are taken.") % most)


def refuse_same(row: Document) -> None:
    same = Document.objects.valid().filter(patient=row.patient, sha256=row.sha256).first()
    if same:
        words = _("This very file is filed already: “%(title)s”, %(day)s.")
        raise FiledAlready(same, words % {"title": same.title, "day": date_format(same.happened_at, "j F Y")})


@contextmanager
def gone_on_failure(name: str) -> Iterator[None]:
    """Stand outside the transaction, so that a commit that fails leaves no file behind either."""
    is_done = False
    try:
        yield
        is_done = True
    finally:
        if not is_done:
            default_storage.delete(name)


@patiently
def release_document(*, document: Document, actor: User, now: datetime) -> Document:
    """Let the patient read it; it cannot be taken back."""
    demand(actor, "clinical.change_document", document)
    with acting(actor, reason="document released"):
        document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
        if document.is_in_error:
            raise AlreadyInError
        if document.released_at is not None:
            raise AlreadyReleased
        document.released_at = now
        document.save(update_fields=["released_at"])
    return document


def open_document(*, document: Document, actor: User) -> bytes:
    """The bytes as they were filed; notes that they were read. Raises FileMissing for lost or altered ones."""
    demand(actor, "clinical.read_record", document)
    content = stored(document)
    if content is None or hashlib.sha256(content).hexdigest() != document.sha256:
        raise FileMissing
    record_event(actor=actor, action="read", target=document, patient=document.patient)
    return content


def stored(document: Document) -> Any:
    try:
        with default_storage.open(str(document.file)) as file:
            return file.read()
    except OSError:
        return None
