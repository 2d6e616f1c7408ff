"""Files that are no hospital: named in words, exit code 2, and nothing loaded."""

from pathlib import Path
from typing import Any

import pytest

from clinical.tests.synthea_folder import Ran, healthy, write
from hospital.tests.test_bad_input import all_rows

pytestmark = pytest.mark.django_db


def without(folder: Path) -> None:
    (folder / "patients.csv").unlink()


def short_of_a_column(folder: Path) -> None:
    (folder / "patients.csv").write_text("Id,FIRST\n1,Ana\n")


def picture(folder: Path) -> None:
    (folder / "patients.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\xff\xfe")


def empty(folder: Path) -> None:
    (folder / "patients.csv").write_bytes(b"")


def page_of_a_site(folder: Path) -> None:
    (folder / "patients.csv").write_text("<!doctype html>\n<title>Sign in</title>\n")


@pytest.mark.parametrize("options", [[], ["--keep-going"]])
@pytest.mark.parametrize("spoil", [without, short_of_a_column, picture, empty, page_of_a_site])
def test_a_wrong_file_is_named_and_nothing_is_loaded(spoil: Any, options: list[str], tmp_path: Path) -> None:
    spoil(write(tmp_path, healthy()))
    before = all_rows()

    ran = Ran(tmp_path, *options)

    assert (ran.code, "patients.csv" in ran.err, "Traceback" in ran.err) == (2, True, False)
    assert all_rows() == before


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    before = all_rows()

    ran = Ran(tmp_path / "nowhere")

    assert (ran.code, "nowhere" in ran.err) == (2, True)
    assert all_rows() == before
