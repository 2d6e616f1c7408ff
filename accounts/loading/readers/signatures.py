"""What a file is, by its first bytes: its name may say anything."""

import zipfile
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

START = 4096
ZIP, TAR, GZIP, XZ, BZIP2, XLSX = "zip", "tar", "gzip", "xz", "bzip2", "xlsx"
COMPRESSED = {b"\x1f\x8b": GZIP, b"\xfd7zXZ\x00": XZ, b"BZh": BZIP2}
ZIPPED = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0"
# In the table of contents of a spreadsheet that asks for a password.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What people take for a table and what cannot be read as one.
FOREIGN = {
    b"%PDF-": "PDF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"{\\rtf": "RTF",
    b"PAR1": "Parquet",
    b"SQLite format 3": "SQLite",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"<!doctype html": "HTML",
    b"<html": "HTML",
    b"<?xml": "XML",
}
# Members that tell what a ZIP file is besides.
INSIDE = {
    "xl/workbook.xml": XLSX,
    "xl/workbook.bin": "XLSB",
    "word/document.xml": "DOCX",
    "content.xml": "OpenDocument",
}


def kind_of(path: Path) -> str:
    """One of the names above for what can be opened here; empty for what may be text; raises nothing but OSError."""
    with path.open("rb") as stream:
        start = stream.read(START)
    for signature, name in COMPRESSED.items():
        if start.startswith(signature):
            return name
    if start.startswith(ZIPPED):
        return XLSX if zipped_kind(path) == XLSX else ZIP
    return TAR if start[257:262] == b"ustar" else ""


def zipped_kind(path: Path) -> str:
    """What a ZIP file is besides; empty for an archive and for a damaged one."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    return next((kind for member, kind in INSIDE.items() if member in names), "")


def refusal(path: Path) -> str:
    """Why the file is no table, in words; empty when it may be one."""
    with path.open("rb") as stream:
        start = stream.read(START)
        if start.startswith(OLE):
            return old_spreadsheet(stream)
    if start.startswith(ZIPPED):
        name = zipped_kind(path)
    else:
        text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        name = next((name for mark, name in FOREIGN.items() if text.startswith(mark.lower())), "")
    words = _("This is %(format)s, not a table. Save it as CSV or XLSX.")
    return words % {"format": name} if name not in ("", XLSX) else ""


def old_spreadsheet(stream: IO[bytes]) -> str:
    """XLS, or a spreadsheet with a password: both begin alike."""
    stream.seek(0)
    if ENCRYPTED in stream.read(2**20):
        return _("This file is protected by a password. Save it without one.")
    return _("This is XLS, the old form of spreadsheets. Save it as XLSX or CSV.")
