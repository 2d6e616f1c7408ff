"""A template becomes a tagged PDF (PDF/UA-1) where the machine has Pango; elsewhere the browser prints the page."""

import importlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from clinical.models import MedicalRecord
from clinical.models.record import RecordStatus

OWN_FILES = "own"


@cache
def engine() -> Any:
    """WeasyPrint, or None where it or its libraries are missing; loaded when the first sheet is asked for."""
    try:
        return importlib.import_module("weasyprint")
    except (ImportError, OSError):
        return None


def fetcher() -> Any:
    """Serves `own:path` from our own static files: nothing from the network, nothing else from the disk."""
    urls = importlib.import_module("weasyprint.urls")

    class OwnFiles(urls.URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            scheme, _host, path, _query, _fragment = urlsplit(url)
            found = finders.find(path) if scheme == OWN_FILES else None
            if not found:
                raise ValueError("Only our own files are printed.")
            kind = {"Content-Type": "text/css" if path.endswith(".css") else "application/octet-stream"}
            return urls.URLFetcherResponse(url, Path(found).read_bytes(), kind)

    return OwnFiles()


def pdf_of(template: str, context: dict[str, Any], request: HttpRequest) -> bytes:
    """The sheets of a template that extends `clinical/print/document.html`; call it only where `engine()` is there."""
    text = render_to_string(template, context | {"base_url": settings.HOSPITAL_BASE_URL}, request)
    own_files = fetcher()
    paper = engine().CSS(string=f"@page {{ size: {settings.HOSPITAL_PAPER} }}", url_fetcher=own_files)
    sheets = engine().HTML(string=text, base_url=f"{settings.HOSPITAL_BASE_URL}/", url_fetcher=own_files)
    lay_out_lists(sheets.etree_element)
    return sheets.write_pdf(stylesheets=[paper], pdf_variant="pdf/ua-1")


def lay_out_lists(tree: Element) -> None:
    """PDF/UA is stricter than HTML: a list holds nothing but entries, an entry nothing but its mark and its body."""
    for terms in tree.iter("dl"):
        terms[:] = [part for child in terms for part in (child if child.tag == "div" else [child])]
    for entry in list(tree.iter("li")):
        body = Element("li")
        body.text, body[:] = entry.text, entry[:]
        entry.text, entry[:] = "", [body]


def pdf_response(
    template: str, context: dict[str, Any], request: HttpRequest, *, name: str, now: datetime
) -> HttpResponse:
    """A file to keep. Its name says what and when, never whose it is: folders of downloads are read by others."""
    body = pdf_of(template, context | {"now": now, "reader": request.user}, request)
    return HttpResponse(
        body,
        headers={
            "Content-Type": "application/pdf",
            "Content-Disposition": f'attachment; filename="{name}-{localdate(now)}.pdf"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def record_mark(record: MedicalRecord) -> str:
    """What each sheet warns of: that the text is not signed, or no longer the one that counts."""
    if record.status == RecordStatus.ENTERED_IN_ERROR:
        return _("Entered in error")
    if record.status == RecordStatus.AMENDED and is_corrected(record):
        return _("An earlier version, corrected since")
    return "" if record.is_signed else _("Draft, not signed")


def is_corrected(record: MedicalRecord) -> bool:
    """Not by a version that was struck through: this one counts again then."""
    versions = MedicalRecord.objects.signed().other_versions_of(record)
    return versions.filter(revision__gt=record.revision).exists()
