"""Sheets: what they may fetch, how they are tagged, on which paper."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.exceptions import SuspiciousFileOperation
from django.test import RequestFactory

from clinical import printing
from clinical.printing import engine, fetcher, pdf_of
from clinical.tests.sheets import facts_of, languages_of, need_paper, read, structure_of, words_of

SECRET = "root:x:0:0"


@pytest.fixture
def page(monkeypatch: Any) -> Any:
    """Makes the PDF of a text, as if a template had brought it about."""
    need_paper()

    def of(text: str) -> bytes:
        monkeypatch.setattr(printing, "render_to_string", lambda *args: text)
        return pdf_of("any.html", {}, RequestFactory().get("/"))

    return of


@pytest.fixture
def _no_library(monkeypatch: Any) -> Iterator[None]:
    """The machine has WeasyPrint but not Pango, which fails only when it is loaded."""

    def load(name: str) -> Any:
        raise OSError("cannot load library 'libpango-1.0-0'")

    engine.cache_clear()
    monkeypatch.setattr(importlib, "import_module", load)
    yield
    monkeypatch.undo()
    engine.cache_clear()


def test_our_own_files_are_served() -> None:
    need_paper()

    found = fetcher()("own:css/pdf.css")

    assert found.read() == (Path(configured.BASE_DIR) / "static/css/pdf.css").read_bytes()
    assert found.content_type == "text/css"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/a.png",
        "https://example.org/a.png",
        "ftp://example.org/a.png",
        "data:text/css,p{}",
        "own:../manage.py",
        "own:css/../../manage.py",
        "own:/etc/passwd",
        "own:no/such.css",
        "OWN://example.org/etc/passwd",
    ],
)
def test_nothing_else_is_fetched(url: str) -> None:
    need_paper()

    with pytest.raises((ValueError, SuspiciousFileOperation)):
        fetcher()(url)


def test_a_page_that_asks_for_files_of_the_machine_gets_none(page: Any) -> None:
    asks = """<html lang="en"><head><title>Asks</title>
        <link rel="attachment" href="file:///etc/passwd"><link rel="stylesheet" href="file:///etc/passwd"></head>
        <body><p>Words</p><img src="file:///etc/passwd" alt="a"><img src="http://127.0.0.1:1/a.png" alt="b">
        <object data="file:///etc/passwd"></object></body></html>"""

    pdf = page(asks)

    assert "Words" in words_of(pdf)
    assert SECRET not in read(pdf, "pdftotext")
    assert read(pdf, "pdfdetach", "-list").split()[0] == "0"


def test_the_document_is_tagged_and_says_its_language(page: Any) -> None:
    pdf = page('<html lang="en"><head><title>A title</title></head><body><h1>One</h1></body></html>')

    facts = facts_of(pdf)
    assert (facts["Tagged"], facts["Title"]) == ("yes", "A title")
    assert languages_of(pdf) == {"en"}


@pytest.mark.parametrize(("paper", "size"), [("A4", "595.276 x 841.89"), ("letter", "612 x 792")])
def test_the_house_chooses_the_paper(page: Any, settings: Any, paper: str, size: str) -> None:
    settings.HOSPITAL_PAPER = paper

    pdf = page('<html lang="en"><head><title>A</title></head><body><p>a</p></body></html>')

    assert facts_of(pdf)["Page size"].startswith(size)


def test_a_list_holds_entries_and_an_entry_its_body(page: Any) -> None:
    pdf = page(
        """<html lang="en"><head><title>A</title><link rel="stylesheet" href="own:css/pdf.css"></head><body>
        <dl><div><dt>Dose</dt><dd>One</dd></div><dt>Often</dt><dd><p>Daily</p></dd></dl>
        <ol><li>Words <b>first</b> then<h2>Head</h2><p>Two</p><ul><li>Inner</li></ul></li><li>Last</li></ol>
        </body></html>"""
    )

    pairs = structure_of(pdf)
    assert {tag for parent, tag in pairs if parent == "L"} == {"LI"}
    assert {tag for parent, tag in pairs if parent == "LI"} <= {"Lbl", "LBody"}
    assert "1. Words first then Head Two ◦ Inner 2. Last" in words_of(pdf)


@pytest.mark.usefixtures("_no_library")
def test_a_machine_without_pango_has_no_engine() -> None:
    assert engine() is None
