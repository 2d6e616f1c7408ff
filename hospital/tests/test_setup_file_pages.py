"""The set-up file by its commands and by its page in the back office."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.models import AuditEvent, Department, User
from hospital.tests.setup_words import SMALL, exported, made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
PAGE, FILE = "/admin/setup/", "/admin/setup/file/"
SignIn = Callable[[User], Client]


def run(*words: Any) -> tuple[int, str, str]:
    told, complaints, code = StringIO(), StringIO(), 0
    try:
        call_command(*map(str, words), stdout=told, stderr=complaints)
    except SystemExit as end:
        code = int(str(end.code))
    return code, told.getvalue(), complaints.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "setup.toml"
    path.write_text(SMALL)
    return path


def test_a_file_is_applied_and_exported(file: Path, tmp_path: Path, now: datetime, admin: User) -> None:
    code, told, _words = run("apply_setup", file, "--json", "--actor", admin.email)

    counts = json.loads(told)
    assert (code, counts["departments"]["created"], counts["hours"]["created"]) == (0, 2, 2)
    assert run("apply_setup", file)[:2] == (
        0,
        "created 0, updated 0, unchanged 9, skipped 0, refused 0, removed 0, absent 0\n",
    )
    out = tmp_path / "out.toml"
    assert run("export_setup", out)[0] == 0
    assert out.read_text() == run("export_setup")[1] == exported(now)


def test_a_dry_run_prints_the_difference_in_words(file: Path, now: datetime) -> None:
    made(SMALL, now)
    file.write_text(SMALL.replace("0199", "0111").replace('name = "Check"', 'name = "Check-up"'))

    code, told, words = run("apply_setup", file, "--dry-run")

    assert (code, "Dry run: nothing was written." in words) == (0, True)
    assert told.splitlines()[:4] == [
        "departments: Hand surgery: changed",
        "    phone: “020 7946 0199” → “020 7946 0111”",
        "appointment types: Check-up: changed",
        "    name: “Check” → “Check-up”",
    ]
    assert Department.objects.get(name="Hand surgery").phone == "020 7946 0199"


def test_faults_end_with_2_and_count_the_rows_that_have_them(file: Path) -> None:
    file.write_text(SMALL.replace("Europe/London", "Mars").replace("2027-02-01", '"soon"'))

    code, told, words = run("apply_setup", file, "--json")

    counts = json.loads(told)
    assert code == 2
    assert (
        counts["locations"]["refused"],
        counts["exceptions"]["refused"],
        counts["doctors"]["created"],
    ) == (1, 1, 0)
    assert "line 12, locations 1 “North wing”: time_zone: " in words
    assert Department.objects.count() == 0


def test_what_cannot_be_read_ends_with_2(file: Path, tmp_path: Path, reception: User) -> None:
    (tmp_path / "picture").write_bytes(b"\xff\xfe\x00")

    assert run("apply_setup", tmp_path / "missing")[0] == 2
    assert run("apply_setup", tmp_path / "picture")[0] == 2
    assert run("apply_setup", file, "--actor", "nobody@example.org")[0] == 2
    assert run("apply_setup", file, "--actor", reception.email)[0] == 2
    assert run("export_setup", tmp_path / "no" / "folder")[0] == 2
    assert Department.objects.count() == 0


def upload(client: Client, text: str | bytes, **fields: Any) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return client.post(PAGE, {"file": SimpleUploadedFile("setup.toml", content), **fields})


def answer(page: Any) -> dict[str, str]:
    """What the button of the page sends back."""
    found = re.findall(
        r'<input type="hidden" name="(text|removing|seen)" value="([^"]*)"', page.content.decode()
    )
    # A browser ends every line of a form with CRLF.
    return {name: "\r\n".join(unescape(value).splitlines()) for name, value in found}


def test_an_upload_shows_what_would_change_and_writes_nothing(sign_in: SignIn, admin: User) -> None:
    page = upload(sign_in(admin), SMALL)

    text = page.content.decode()
    assert page.status_code == 200
    assert all(words in text for words in ("Hand surgery", "Dr Ida Berg, Monday 09:00–12:00", "added"))
    assert Department.objects.count() == 0


def test_what_was_looked_at_is_applied(sign_in: SignIn, admin: User, now: datetime) -> None:
    client = sign_in(admin)
    seen = answer(upload(client, SMALL))

    page = client.post(PAGE, seen, follow=True)

    assert "9 changes were made." in page.content.decode()
    assert Department.objects.count() == 2
    assert AuditEvent.objects.get(action="load").actor == admin
    assert "Nothing: the set-up is as the file says." in upload(client, exported(now)).content.decode()


def test_a_change_meanwhile_is_looked_at_again(sign_in: SignIn, admin: User, now: datetime) -> None:
    made(SMALL, now)
    client = sign_in(admin)
    seen = answer(upload(client, SMALL.replace("0199", "0111")))
    Department.objects.filter(name="Hand surgery").update(phone="elsewhere")

    page = client.post(PAGE, seen)

    assert page.status_code == 409
    assert "Somebody changed the set-up meanwhile." in page.content.decode()
    assert "“elsewhere” → “020 7946 0111”" in page.content.decode()
    assert Department.objects.get(name="Hand surgery").phone == "elsewhere"
    client.post(PAGE, answer(page))
    assert Department.objects.get(name="Hand surgery").phone == "020 7946 0111"


def test_removing_is_asked_for_on_the_page(sign_in: SignIn, admin: User, now: datetime) -> None:
    made(SMALL + '[[departments]]\nname = "Old"\n', now)
    client = sign_in(admin)

    assert answer(upload(client, SMALL)) == {}
    page = upload(client, SMALL, removing="on")
    client.post(PAGE, answer(page))

    assert "not in the file: archived" in page.content.decode()
    assert Department.objects.get(name="Old").is_archived


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SMALL.replace("Europe/London", "Mars"), "line 12, locations 1 “North wing”: time_zone: "),
        ("<script>", "This is not TOML"),
        (b"\xff\xfe\x00", "This is not a text in UTF-8"),
        (b"", "The submitted file is empty."),
        (b"#" * (2 * 1024 * 1024 + 1), "The file is too long to be a set-up."),
    ],
)
def test_a_file_with_faults_cannot_be_applied(
    sign_in: SignIn, admin: User, content: str | bytes, words: str
) -> None:
    page = upload(sign_in(admin), content)

    assert (page.status_code, words in unescape(page.content.decode())) == (422, True)
    assert "<script>" not in page.content.decode().replace("&lt;script&gt;", "")
    assert answer(page) == {}
    assert Department.objects.count() == 0


def test_what_comes_back_is_judged_again(sign_in: SignIn, admin: User) -> None:
    client = sign_in(admin)
    seen = answer(upload(client, SMALL))

    faulty = client.post(PAGE, seen | {"text": SMALL.replace("Europe/London", "Mars")})
    nothing = client.post(PAGE, {"seen": "x"})

    assert (faulty.status_code, nothing.status_code) == (422, 422)
    assert Department.objects.count() == 0


def test_the_set_up_is_downloaded_and_noted(sign_in: SignIn, admin: User, now: datetime) -> None:
    made(SMALL, now)

    page = sign_in(admin).get(FILE)

    assert page.content.decode() == exported(now)
    assert page["Content-Disposition"] == 'attachment; filename="setup.toml"'
    assert AuditEvent.objects.get(action="export").actor == admin
    assert 'id = "' in sign_in(admin).get(f"{FILE}?ids").content.decode()


@pytest.mark.parametrize("role", ["reception", "privacy", "nurse"])
def test_others_see_none_of_it(sign_in: SignIn, role: str, request: Any, now: datetime) -> None:
    client = sign_in(request.getfixturevalue(role))
    before = Department.objects.count()

    codes = [client.get(PAGE).status_code, client.get(FILE).status_code, upload(client, SMALL).status_code]

    assert set(codes) <= {302, 403} and (codes == [403] * 3 or role == "nurse")
    assert Department.objects.count() == before
