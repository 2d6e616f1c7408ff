"""PDFs as poppler reads them, and prescriptions as they leave the house."""

import os
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from accounts.models import Doctor, Patient
from clinical.models import MedicalRecord, Prescription
from clinical.printing import engine
from clinical.services.records import sign
from clinical.tests.factories import accept_warnings, drafted, started

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def need_paper() -> None:
    """Skips, saying why, where no PDF can be made or read; where all must be there, it fails."""
    missing = [tool for tool in ("pdfinfo", "pdftotext", "pdfdetach") if not shutil.which(tool)]
    missing += [] if engine() else ["Pango"]
    if missing and os.environ.get("HOSPITAL_REQUIRE_BROWSER"):
        pytest.fail(f"PDFs are required here; missing: {', '.join(missing)}.")
    if missing:
        pytest.skip(f"PDFs are not tested; missing: {', '.join(missing)}.")


def read(pdf: bytes, tool: str, *options: str) -> str:
    """What a tool of poppler says about the PDF."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        to_stdout = ["-"] if tool == "pdftotext" else []
        command = [tool, *options, file.name, *to_stdout]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def words_of(pdf: bytes, *options: str) -> str:
    """The text with one space between words, wherever lines broke."""
    return " ".join(read(pdf, "pdftotext", *options).split())


def facts_of(pdf: bytes) -> dict[str, str]:
    pairs = [line.split(":", 1) for line in read(pdf, "pdfinfo").splitlines() if ":" in line]
    return {name: value.strip() for name, value in pairs}


def languages_of(pdf: bytes) -> set[str]:
    """What the catalogue says, which poppler does not tell."""
    parts = [pdf, *unpacked(pdf)]
    return {found.decode() for part in parts for found in re.findall(rb"/Lang\s*\(([^)]*)\)", part)}


def unpacked(pdf: bytes) -> Iterator[bytes]:
    for stream in STREAM.findall(pdf):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue


def structure_of(pdf: bytes) -> list[tuple[str, str]]:
    """Each tag with the tag that it stands in."""
    pairs, path = [], ["Root"]
    for line in read(pdf, "pdfinfo", "-struct").splitlines():
        depth = (len(line) - len(line.lstrip())) // 2 + 1
        path[depth:] = [line.split()[0]]
        pairs.append((path[depth - 1], path[depth]))
    return pairs


def prescribed(doctor: Doctor, patient: Patient, now: datetime, **changes: Any) -> Prescription:
    """A prescription that has left the house: the record of its visit is signed."""
    record = drafted(started(doctor, patient, now), now, **changes)
    issue(record, now)
    return Prescription.objects.get(encounter=record.encounter)


def issue(record: MedicalRecord, now: datetime) -> MedicalRecord:
    number = f"{record.encounter_id:010}"
    rows = Prescription.objects.filter(encounter=record.encounter, number__isnull=True)
    rows.update(number=number, verification_code="K7M2Q9XT")
    accept_warnings(record.encounter, now)
    return sign(record=record, version=record.version, actor=record.author, now=now)
