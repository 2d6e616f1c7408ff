"""Documents: what is taken, what is refused, and that no file is left behind or lost in silence."""

import hashlib
import io
import uuid
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.errors import NotAllowed
from accounts.models import AuditEvent
from clinical.errors import AlreadyInError, AlreadyReleased, FiledAlready, FileMissing, FileRefused
from clinical.models import Document
from clinical.services.documents import add_document, open_document, release_document
from clinical.services.rows import mark_in_error
from clinical.sniffing import JPEG, PDF, PNG, TEXT, kind_of
from clinical.tests.factories import started
from clinical.tests.files import JPEG_BYTES, PDF_BYTES, PNG_BYTES

pytestmark = pytest.mark.usefixtures("encounter")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def add(encounter: Any, now: Any, **facts: Any) -> Document:
    facts = {
        "content": PDF_BYTES,
        "title": "Letter",
        "kind": "letter",
        "happened_on": date(2026, 12, 1),
    } | facts
    facts = {"actor": encounter.doctor.user, "patient": encounter.patient} | facts
    return add_document(now=now, **facts)


@pytest.fixture
def letter(encounter: Any, now: Any) -> Document:
    return add(encounter, now)


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("a.txt", "a")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF_BYTES, PDF),
        (PNG_BYTES, PNG),
        (JPEG_BYTES, JPEG),
        ("Grüße, naïve 東京\r\n".encode(), TEXT),
        (b"\xef\xbb\xbfWith a mark of order", TEXT),
        (b"5 < 6 and 7 > 2", TEXT),
    ],
)
def test_four_kinds_are_taken(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><p>a",
        b"  \n<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><svg/>",
        b"Dear <script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n<html>" + PNG_BYTES[8:],
        PNG_BYTES + b"<html>",
        PNG_BYTES[:20],
        PDF_BYTES + b"<html><script>a()</script>",
        b"%PDF-1.7\n<html><script>a()</script>\n%%EOF",
        b"junk " + PDF_BYTES,
        PNG_BYTES + archive(),
        JPEG_BYTES + archive(),
        PDF_BYTES + archive(),
        archive(),
        JPEG_BYTES[:3] + b"%PDF-1.4" + JPEG_BYTES[3:],
        b"GIF89a\x01\x00\x01\x00",
        b"MZ\x90\x00",
        b"{\\rtf1 words}",
        b"#!/bin/sh\nrm -rf x",
        "UTF-16".encode("utf-16"),
        b"\xff\xfe\xfd",
        b"words\x00more",
        b" \n\t ",
    ],
)
def test_everything_else_is_refused(content: bytes) -> None:
    assert kind_of(content) is None


def test_a_document_is_kept_under_a_name_that_says_nothing(encounter: Any, now: Any, folder: Path) -> None:
    row = add(encounter, now, title="Ana's  secret")

    (path,) = files(folder)
    assert path.read_bytes() == PDF_BYTES
    assert (row.content_type, row.size, row.sha256) == (
        PDF,
        len(PDF_BYTES),
        hashlib.sha256(PDF_BYTES).hexdigest(),
    )
    assert (row.title, row.released_at, row.happened_at.date()) == ("Ana's secret", None, date(2026, 12, 1))
    assert len(path.name) == 40 and int(path.name, 16)
    assert oct(path.stat().st_mode)[-3:] == "600"


def test_an_order_sent_twice_is_one_document_and_one_file(encounter: Any, now: Any, folder: Path) -> None:
    key = uuid.uuid4()

    rows = [add(encounter, now, key=key) for _time in range(2)]

    assert rows[0] == rows[1]
    assert len(files(folder)) == Document.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"x" * 2001])
def test_a_refused_file_leaves_nothing(
    encounter: Any, now: Any, folder: Path, settings: Any, content: bytes
) -> None:
    settings.DOCUMENT_MAX_BYTES = 2000

    with pytest.raises(FileRefused):
        add(encounter, now, content=content)

    assert (files(folder), Document.objects.count()) == ([], 0)


@pytest.mark.parametrize("who", ["nurse", "reception", "ana_user"])
def test_only_doctors_file_documents(encounter: Any, now: Any, folder: Path, who: str, request: Any) -> None:
    with pytest.raises(NotAllowed):
        add(encounter, now, actor=request.getfixturevalue(who))

    assert files(folder) == []


def test_a_transaction_that_fails_leaves_no_file(
    encounter: Any, now: Any, folder: Path, monkeypatch: Any
) -> None:
    """The row is refused by the database after the file was written."""

    def fail(self: Any, *args: Any, **kwargs: Any) -> None:
        assert len(files(folder)) == 1
        raise DatabaseError

    monkeypatch.setattr(Document, "save", fail)
    with pytest.raises(DatabaseError):
        add(encounter, now)

    assert files(folder) == []


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_leaves_no_file(encounter: Any, now: Any, folder: Path, monkeypatch: Any) -> None:
    def fail(self: Any) -> None:
        assert len(files(folder)) == 1
        raise DatabaseError

    connection = transaction.get_connection()
    monkeypatch.setattr(connection, "_commit", fail.__get__(connection))
    with pytest.raises(DatabaseError):
        add(encounter, now)
    monkeypatch.undo()

    assert (files(folder), Document.objects.count()) == ([], 0)


def test_the_same_bytes_are_filed_twice_only_on_purpose(encounter: Any, letter: Any, now: Any) -> None:
    with pytest.raises(FiledAlready, match="“Letter”, 1 December 2026") as refused:
        add(encounter, now, title="Again")

    again = add(encounter, now, title="Again", anyway=True)
    assert (refused.value.row, again.sha256) == (letter, letter.sha256)


def test_a_mistake_is_no_copy(encounter: Any, letter: Any, now: Any) -> None:
    mark_in_error(row=letter, reason="Wrong title", actor=encounter.doctor.user, now=now)

    assert add(encounter, now) != letter


@pytest.mark.usefixtures("letter")
def test_another_patients_bytes_are_no_copy(dr_rao: Any, ben: Any, now: Any) -> None:
    other = started(dr_rao, ben, now + timedelta(hours=2))

    assert add(other, now).patient == ben


def test_a_document_is_released_once(encounter: Any, letter: Any, now: Any) -> None:
    release_document(document=letter, actor=encounter.doctor.user, now=now)

    with pytest.raises(AlreadyReleased):
        release_document(document=letter, actor=encounter.doctor.user, now=now)

    letter.refresh_from_db()
    assert letter.released_at == now


def test_a_mistake_is_not_released(encounter: Any, letter: Any, now: Any) -> None:
    mark_in_error(row=letter, reason="Ben's", actor=encounter.doctor.user, now=now)

    with pytest.raises(AlreadyInError):
        release_document(document=letter, actor=encounter.doctor.user, now=now)


def test_opening_gives_the_bytes_and_is_noted(encounter: Any, letter: Any) -> None:
    content = open_document(document=letter, actor=encounter.doctor.user)

    event = AuditEvent.objects.order_by("-pk").first()
    assert content == PDF_BYTES
    assert (event.action, event.target_id, event.patient) == ("read", str(letter.pk), letter.patient)


@pytest.mark.parametrize(
    "spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"%PDF-1.4 other")]
)
def test_a_lost_or_altered_file_is_told_in_words(
    encounter: Any, letter: Any, folder: Path, spoil: Any
) -> None:
    spoil(files(folder)[0])
    before = AuditEvent.objects.count()

    with pytest.raises(FileMissing, match="which document"):
        open_document(document=letter, actor=encounter.doctor.user)

    assert AuditEvent.objects.count() == before


def test_nobody_opens_what_is_not_theirs(letter: Any, ana_user: Any, ben_user: Any, dr_lee: Any) -> None:
    for actor in (ana_user, ben_user, dr_lee.user):
        with pytest.raises(NotAllowed):
            open_document(document=letter, actor=actor)
