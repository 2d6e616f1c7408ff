"""The pages of the documents: filing, releasing, and who is given the file."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.roles import Role
from accounts.tests.factories import UserFactory
from accounts.tests.pages import queries
from clinical.models import Document
from clinical.services.documents import add_document, release_document
from clinical.services.rows import mark_in_error
from clinical.tests.factories import started
from clinical.tests.files import PDF_BYTES, PNG_BYTES

OWN = reverse("clinical:own-documents")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def url(name: str, row: Any) -> str:
    return reverse(f"clinical:{name}", args=[row.public_id])


def add(visit: Any, now: Any, title: str = "Letter", **facts: Any) -> Document:
    facts = {"content": PDF_BYTES, "kind": "letter", "happened_on": date(2026, 12, 1), "anyway": True} | facts
    return add_document(patient=visit.patient, title=title, actor=visit.doctor.user, now=now, **facts)


@pytest.fixture
def letter(encounter: Any, now: Any) -> Document:
    return add(encounter, now)


@pytest.fixture
def released(letter: Any, now: Any) -> Document:
    return release_document(document=letter, actor=letter.recorded_by, now=now)


def send(client: Any, visit: Any, content: bytes = PDF_BYTES, **changes: Any) -> Any:
    address = url("document-add", visit.patient)
    key = client.get(address).context["form"]["key"].value()
    file = SimpleUploadedFile("../../x.html", content, content_type="text/html")
    written = {"title": "Letter", "kind": "letter", "happened_on": "2026-12-01", "file": file, "key": key}
    return client.post(address, written | changes)


def test_a_doctor_files_a_document(sign_in: Any, encounter: Any) -> None:
    """Whatever the browser calls the file."""
    answer = send(sign_in(encounter.doctor.user), encounter, PNG_BYTES, is_released="on")

    row = Document.objects.get()
    assert answer.url == url("chart-documents", encounter.patient)
    assert (row.content_type, row.title, row.released_at is not None) == ("image/png", "Letter", True)
    assert "html" not in row.file.name


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"<svg/>", "Only PDF, PNG, JPEG and plain text (UTF-8) are taken"),
        (b"x" * 2049, "At most"),
    ],
)
def test_a_refused_file_is_named_beside_its_box(
    sign_in: Any, encounter: Any, settings: Any, content: bytes, words: str
) -> None:
    settings.DOCUMENT_MAX_BYTES = 2048

    answer = send(sign_in(encounter.doctor.user), encounter, content)

    assert (answer.status_code, Document.objects.count()) == (422, 0)
    assert words in answer.context["form"].errors["file"][0]
    assert 'value="Letter"' in answer.content.decode()


@pytest.mark.usefixtures("letter")
def test_the_same_file_asks_first(sign_in: Any, encounter: Any) -> None:
    client = sign_in(encounter.doctor.user)

    asked = send(client, encounter).content.decode()
    send(client, encounter, anyway="on")

    assert "filed already: “Letter”, 1 December 2026" in asked and 'name="anyway"' in asked
    assert Document.objects.count() == 2


def test_a_document_is_released_after_a_question(sign_in: Any, letter: Any) -> None:
    client, address = sign_in(letter.recorded_by), url("document-release", letter)

    asked = client.get(address).content.decode()
    answers = [client.post(address) for _time in range(2)]

    assert "This cannot be taken back." in asked
    assert [answer.status_code for answer in answers] == [302, 422]
    assert "The patient can read this already." in answers[1].content.decode()


def test_the_file_is_given_out_harmlessly(sign_in: Any, encounter: Any, now: Any) -> None:
    title = 'Бр/иф "résumé"\u202efdp.exe\r\nX: y'
    row = add(encounter, now, title=title, content="Grüße".encode())

    answer = sign_in(encounter.doctor.user).get(url("document-download", row))

    assert answer.content == "Grüße".encode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''2026-12-01%20"
        "%D0%91%D1%80%20%D0%B8%D1%84%20r%C3%A9sum%C3%A9%20fdp%20exe%20X%20y.txt"
    )
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")


def test_every_download_is_noted(sign_in: Any, released: Any, ana_user: Any) -> None:
    sign_in(ana_user).get(url("document-download", released))

    event = AuditEvent.objects.order_by("-pk").first()
    assert (event.action, event.actor, event.patient) == ("read", ana_user, released.patient)
    assert (event.target_table, event.target_id) == ("clinical_document", str(released.pk))


@pytest.mark.parametrize(
    ("who", "status"),
    [("ana_user", 200), ("dr_rao", 200), ("nurse", 200), ("ben_user", 404), ("dr_lee", 404), ("admin", 403)],
)
def test_staff_open_what_the_patient_opens(
    sign_in: Any, released: Any, who: str, status: int, request: Any
) -> None:
    actor = request.getfixturevalue(who)
    client = sign_in(getattr(actor, "user", None) or actor)

    assert client.get(url("document-download", released)).status_code == status


def test_permission_is_asked_at_every_download(sign_in: Any, released: Any, ana_user: Any, now: Any) -> None:
    client = sign_in(ana_user)
    first = client.get(url("document-download", released)).status_code

    mark_in_error(row=released, reason="Ben's", actor=released.recorded_by, now=now)

    assert (first, client.get(url("document-download", released)).status_code) == (200, 404)


def test_what_is_not_released_is_the_staffs(sign_in: Any, letter: Any, ana_user: Any, nurse: Any) -> None:
    address = url("document-download", letter)

    assert sign_in(ana_user).get(address).status_code == 404
    assert [one["documents"] for one in sign_in(ana_user).get(OWN).context["shown"]] == [[]]
    assert sign_in(nurse).get(address).status_code == 200


def test_a_lost_file_is_told_in_words(sign_in: Any, letter: Any, folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()

    answer = sign_in(letter.recorded_by).get(url("document-download", letter))

    assert answer.status_code == 404
    assert "which document it is" in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "status"), [("dr_lee", 404), ("nurse", 403), ("ana_user", 403), ("privacy", 403)]
)
def test_others_do_not_write(sign_in: Any, letter: Any, who: str, status: int, request: Any) -> None:
    actor = request.getfixturevalue(who)
    client = sign_in(getattr(actor, "user", None) or actor)
    addresses = [url("document-release", letter), url("document-in-error", letter)]
    addresses.append(url("document-add", letter.patient))

    answers = [client.post(address, {"reason": "a"}).status_code for address in addresses]

    letter.refresh_from_db()
    assert answers == [status] * 3
    assert (letter.released_at, letter.status, Document.objects.count()) == (None, "current", 1)


def test_a_nurse_of_another_department_sees_nothing(sign_in: Any, released: Any, dermatology: Any) -> None:
    client = sign_in(UserFactory(email="other@example.org", role=Role.NURSE, department=dermatology))
    addresses = [url("chart-documents", released.patient), url("document-download", released)]

    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_the_patient_lists_own_released_documents(
    sign_in: Any, ana_user: Any, released: Any, encounter: Any, dr_rao: Any, ben: Any, now: Any
) -> None:
    add(encounter, now, title="Secret")
    add(started(dr_rao, ben, now.replace(hour=12)), now, title="Bens", is_released=True)
    wrong = add(encounter, now, title="Wrong", is_released=True)
    mark_in_error(row=wrong, reason="a", actor=dr_rao.user, now=now)

    answer = sign_in(ana_user).get(OWN)

    assert [one["documents"] for one in answer.context["shown"]] == [[released]]
    assert "Entered 11 January 2027 by" in answer.content.decode()


def test_a_list_costs_the_same_with_1_and_3_rows(
    sign_in: Any, ana_user: Any, encounter: Any, now: Any
) -> None:
    page = url("chart-documents", encounter.patient)
    add(encounter, now, is_released=True)
    one = queries(sign_in(encounter.doctor.user), page)[0], queries(sign_in(ana_user), OWN)[0]
    for title in ("Scan", "Picture"):
        add(encounter, now, title=title, is_released=True)

    three = queries(sign_in(encounter.doctor.user), page)[0], queries(sign_in(ana_user), OWN)[0]

    assert three == one
    assert one[0] <= 14 and one[1] <= 8
