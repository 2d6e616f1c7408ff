"""Files that people bring: told in words when they are no use, kept privately, thrown away in time, opened to few."""

import io
import os
import stat
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.loading import uploads
from accounts.models import LoadBatch, Patient
from accounts.tests.factories import UserFactory
from accounts.tests.loads import GOOD, HEADER, ONE_FAULTY, checked, file_of, loaded, page, send, uploaded
from accounts.tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path / "loads"


@pytest.fixture
def desk(client, admin):
    client.force_login(admin)
    return client


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in members.items():
            parts.writestr(name.replace("__", "."), content)
    return packed.getvalue()


BAD = {
    "empty": (b"", "people.csv"),
    "a pdf": (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "letter.pdf"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "people.csv"),
    "a damaged archive": (b"PK\x03\x04" + b"\0" * 200, "people.zip"),
    "an archive of nothing": (zipped(readme__txt=b"hello"), "people.zip"),
    "a bomb": (zipped(people__csv=b"0" * 300_000_000), "people.zip"),
    "a header without end": (b",".join(b"C%d" % n for n in range(20_000)) + b"\n1\n", "people.csv"),
    "bytes": (bytes(range(256)) * 40, "people.csv"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_use_gives_the_form_back_with_words_and_leaves_nothing(case, desk, folder):
    content, name = BAD[case]

    answer = send(desk, content, name, system="Old house", strip_name_digits="on")

    form = answer.context["form"]
    assert answer.status_code == 422
    assert form.errors.keys() == {"file"}
    assert len(form.errors["file"][0]) > 15
    assert (form["system"].value(), form["strip_name_digits"].value()) == ("Old house", True)
    assert LoadBatch.objects.count() == 0
    assert [*folder.iterdir()] == []


def test_a_file_that_is_too_large_names_the_command(desk, settings, folder):
    settings.LOAD_MAX_BYTES = 100

    answer = send(desk, GOOD * 3)

    assert answer.status_code == 422
    assert "load_patients" in text_of(answer)
    assert not folder.exists()


def test_a_table_without_rows_and_one_of_something_else_are_told_in_words(desk):
    no_rows = text_of(desk.get(page("check", checked(desk, HEADER))))
    another = uploaded(desk, "sku,price\nA1,3.50\n", kind="patients")
    refused = desk.post(page("columns", another), {})

    assert "no rows below its header" in no_rows
    assert refused.status_code == 422
    assert "Choose the column for Date of birth" in text_of(refused)


def test_an_archive_of_the_wrong_kind_is_told(desk):
    answer = send(desk, zipped(people__csv=GOOD.encode()), "people.zip", kind="synthea")

    assert answer.status_code == 422
    assert "It holds: people" in text_of(answer)


def test_a_faulty_mapping_file_is_told_and_a_good_one_counts(desk):
    faulty = send(desk, GOOD, mapping=file_of('columns = "x"', "map.toml"))
    fine = uploaded(desk, GOOD, mapping=file_of('[fixed]\nCITY = "Bath"\n', "map.toml"))

    assert faulty.status_code == 422
    assert faulty.context["form"].errors.keys() == {"mapping"}
    assert fine.options["mapping"] == {"fixed": {"CITY": "Bath"}}


def test_the_file_lies_there_for_its_owner_alone_under_a_name_that_nobody_guesses(desk, folder):
    batch = uploaded(desk, GOOD, "../../Patients of Dr Rao.csv")

    (kept,) = folder.iterdir()
    assert kept.name == f"{batch.public_id}.csv"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert desk.get(f"/media/loads/{kept.name}").status_code == 404
    assert batch.source == "Patients of Dr Rao.csv"


def test_after_the_load_the_file_is_gone_and_its_digest_stays(desk, folder):
    batch = loaded(desk, ONE_FAULTY)

    assert {entry.name for entry in folder.iterdir()} == {f"{batch.public_id}-errors.csv"}
    assert stat.S_IMODE(uploads.errors_path(batch).stat().st_mode) == 0o600
    assert (bool(batch.file), len(batch.digest)) == (False, 64)


def test_another_file_takes_the_place_of_the_first(desk, folder):
    batch = uploaded(desk, GOOD)
    desk.post(page("upload", batch), {"kind": "patients", "file": file_of(ONE_FAULTY, "more.csv")})
    batch.refresh_from_db()

    assert [entry.name for entry in folder.iterdir()] == [Path(batch.file.name).name]
    assert Path(batch.file.path).read_text() == ONE_FAULTY
    assert batch.source == "more.csv"


def test_a_bad_second_file_leaves_the_first(desk, folder):
    batch = uploaded(desk, GOOD)
    answer = desk.post(page("upload", batch), {"kind": "patients", "file": file_of(b"", "none.csv")})
    batch.refresh_from_db()

    assert answer.status_code == 422
    assert Path(batch.file.path).read_text() == GOOD


def test_a_draft_that_is_thrown_away_leaves_its_row_and_no_file(desk, folder):
    batch = checked(desk, ONE_FAULTY)
    question = desk.get(page("discard", batch))
    answer = desk.post(page("discard", batch), follow=True)
    batch.refresh_from_db()

    assert "Nothing of it was loaded" in text_of(question)
    assert "It was thrown away before anything was loaded" in text_of(answer)
    assert (batch.status, [*folder.iterdir()]) == ("refused", [])
    assert Patient.objects.count() == 0


def test_the_sweep_takes_what_lay_there_for_a_week_and_nothing_else(desk, folder):
    now = timezone.now()
    old, fresh, done = uploaded(desk, GOOD), uploaded(desk, GOOD), loaded(desk, ONE_FAULTY)
    LoadBatch.objects.filter(pk=old.pk).update(started_at=now - timedelta(days=8))
    stray = folder / "stray.csv"
    stray.write_text("left behind")
    for path in (stray, uploads.errors_path(done), Path(fresh.file.path)):
        os.utime(path, times=((now - timedelta(days=8)).timestamp(),) * 2)

    swept = uploads.sweep(now)
    old.refresh_from_db()

    assert swept == {"drafts": 1, "files": 2}
    assert [entry.name for entry in folder.iterdir()] == [Path(fresh.file.name).name]
    assert old.status == "refused"
    assert "Nobody went on with it for seven days" in text_of(desk.get(page("result", old)))


PAGES = ["upload", "columns", "check", "errors", "confirm", "discard", "result", "undo"]


@pytest.mark.parametrize("role", ["reception", "privacy", "doctor", "patient", "nurse"])
def test_who_may_not_load_is_refused_whatever_the_id(role, client, admin, nurse):
    client.force_login(admin)
    batch = loaded(client, ONE_FAULTY)
    client.force_login(nurse if role == "nurse" else UserFactory(role=role))
    missing = LoadBatch(public_id=UUID(int=7))
    urls = [page(name, one) for name in PAGES for one in (batch, missing)] + [page("add"), page("template")]

    answers = {client.get(url).status_code for url in urls} | {client.post(url).status_code for url in urls}

    assert answers <= {403, 302}
    assert {client.get(url).status_code for url in urls} == (
        {403} if role in ("reception", "privacy") else {302}
    )


def test_a_batch_is_reached_by_its_public_id_alone(desk):
    batch = loaded(desk, ONE_FAULTY)
    address = page("errors", batch)

    other, missing = (address.replace(str(batch.public_id), one) for one in (str(batch.pk), str(UUID(int=7))))

    assert b"P3" in b"".join(desk.get(address).streaming_content)
    assert "Content-Disposition" not in desk.get(other, follow=True)
    assert desk.get(missing).status_code == 404
