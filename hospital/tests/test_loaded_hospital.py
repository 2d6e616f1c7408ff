"""A hospital loaded from real files: all of it is there, and the main job runs in it, by its pages alone."""

import csv
import re
import shutil
import tarfile
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from accounts import outbox
from accounts.models import Department, Doctor, Location, Patient
from clinical.models import (
    Allergy,
    Condition,
    Encounter,
    Immunization,
    LabResult,
    MedicalRecord,
    Prescription,
    PrescriptionItem,
    VitalSign,
)
from clinical.tests.synthea_folder import Ran
from hospital.tests.visitor import Visitor
from scheduling.models import Appointment, Status

pytestmark = pytest.mark.django_db

FOLDER, ARCHIVE = "synthea_ma27_csv", "synthea_ca59_csv.tar.xz"
PASSWORD = "violet-otter-lantern"
TABLES = {
    "organizations": Location,
    "departments": Department,
    "providers": Doctor,
    "patients": Patient,
    "encounters": Encounter,
    "conditions": Condition,
    "medications": Prescription,
    "allergies": Allergy,
    "immunizations": Immunization,
}
OBSERVED = {"vitals": VitalSign, "results": LabResult}
COMPLAINT, PLAN, MEDICINE = "Chest tightness on stairs", "Walk every day", "Ramipril"


@pytest.fixture(params=[FOLDER, ARCHIVE])
def export(request: Any, sample_data: Path, tmp_path: Path) -> Path:
    """The folder of one export; the larger one is unpacked, for PostgreSQL only."""
    source = sample_data / request.param
    if source.is_dir():
        return source
    if connection.vendor != "postgresql":
        pytest.skip(f"{request.param} is loaded on PostgreSQL only")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.fixture(autouse=True)
def clock(frozen: Any) -> Any:
    """The cast's Monday morning; tests move it on."""
    cache.clear()
    return frozen


def read(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def rows_of(folder: Path) -> dict[str, int]:
    """How many rows the files hold; a specialty makes one department, however often it stands there."""
    rows = {table: len(read(folder, table)) for table in TABLES if table != "departments"}
    return rows | {"departments": len({row["SPECIALITY"].casefold() for row in read(folder, "providers")})}


def refused_by_name(words: str) -> Counter[str]:
    return Counter(re.findall(r"^(\w+)\.csv, row \d+", words, re.MULTILINE))


def test_every_row_arrives_but_those_refused_by_name_and_the_second_run_does_nothing(export: Path) -> None:
    first = Ran(export, "--json", "--keep-going")
    second = Ran(export, "--json", "--keep-going")

    rows, refused = rows_of(export), refused_by_name(first.err)
    arrived = {table: number - refused[table] for table, number in rows.items()}
    observed = {kind: model.objects.count() for kind, model in OBSERVED.items()}
    print(f"{export.name}: {arrived | observed}, refused {dict(refused)}")
    assert first.told("created") == arrived | observed == second.told("unchanged")
    assert {table: model.objects.count() for table, model in TABLES.items()} == arrived
    assert first.told("refused") == second.told("refused") == refused
    assert (second.told("created"), second.told("updated")) == ({}, {})
    assert PrescriptionItem.objects.count() == arrived["medications"]


def test_every_observation_is_loaded_or_told_as_skipped(export: Path) -> None:
    ran = Ran(export, "--json")

    rows = read(export, "observations")
    tests = [row for row in rows if row["CATEGORY"] == "laboratory" and row["CODE"] != "56799-0"]
    pressures = sum(row["CODE"] == "8480-6" for row in rows)
    skipped = ran.told("skipped")
    assert VitalSign.objects.filter(code="85354-9").count() == pressures
    assert LabResult.objects.count() + skipped.get("results", 0) == len(tests)
    loaded = VitalSign.objects.count() + pressures + LabResult.objects.count()
    assert loaded + sum(skipped.get(kind, 0) for kind in (*OBSERVED, "observations")) == len(rows)
    assert totals_loaded() == totals_of(tests)


def totals_of(rows: list[dict[str, str]]) -> dict[str, Decimal]:
    """The sum of the numbers of each test; a row that stands twice in the file counts once."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in {tuple(row.items()): row for row in rows if row["TYPE"] == "numeric"}.values():
        sums[row["CODE"]] += Decimal(row["VALUE"])
    return dict(sums)


def totals_loaded() -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for code, value in LabResult.objects.filter(value_text="").values_list("code", "value_quantity"):
        sums[code] += value
    return dict(sums)


def test_a_real_export_with_faulty_rows_arrives_without_those_rows(sample_data: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sample_data / FOLDER, tmp_path / "spoilt")
    spoil(folder, "conditions", {3: {"STOP": "1900-01-01"}, 8: {"CODE": ""}})
    spoil(folder, "medications", {5: {"PATIENT": "nobody"}})

    ran = Ran(folder, "--json", "--keep-going")

    refused = {"conditions": 2, "medications": 1}
    assert (ran.code, ran.told("refused"), refused_by_name(ran.err)) == (1, refused, refused)
    assert Condition.objects.count() == rows_of(folder)["conditions"] - 2
    assert Prescription.objects.count() == rows_of(folder)["medications"] - 1


def spoil(folder: Path, table: str, changes: dict[int, dict[str, str]]) -> None:
    rows = read(folder, table)
    for number, cells in changes.items():
        rows[number] |= cells
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_the_main_job_is_done_with_people_from_the_files(
    export: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ran(export)
    doctor_name = read(export, "providers")[0]["NAME"]
    living = next(row for row in read(export, "patients") if not row["DEATHDATE"])
    patient_name = f"{living['FIRST']} {living['LAST']}".strip()
    admin = administrator(monkeypatch)

    doctor = accept(invite(admin, "doctor", doctor_name, "doctor@hospital.example"))
    patient = accept(invite(admin, "patient", patient_name, "patient@home.example"))
    open_hours(admin, doctor_name)
    visit = book(patient, doctor_name)
    clock.move_to(visit.start_at - timedelta(minutes=5))
    treat(doctor, visit)
    read_record(patient)

    visit.refresh_from_db()
    record = MedicalRecord.objects.get()
    assert (str(visit.doctor), visit.patient.full_name) == (f"Dr {doctor_name}", patient_name)
    assert (visit.status, record.status, record.signed_by) == (Status.FULFILLED, "final", visit.doctor.user)
    assert (record.patient, record.complaint) == (visit.patient, COMPLAINT)


# The steps of the journey. None of them calls a service or touches a row.


def administrator(monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """The first one, made as the README says."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    named = {"email": "admin@hospital.example", "given_name": "Ada"}
    call_command("createsuperuser", "--noinput", verbosity=0, **named)
    return sign_in(Visitor(), "admin@hospital.example")


def sign_in(visitor: Visitor, email: str) -> Visitor:
    visitor.open("/accounts/login/")
    visitor.send({"login": email, "password": PASSWORD})
    return visitor


def invite(admin: Visitor, kind: str, name: str, email: str) -> str:
    """The action of the back office's list, then its page; returns the address."""
    admin.open("/admin/")
    admin.follow(f"/admin/accounts/{kind}/")
    admin.send({"q": name})
    (row,) = [pk for pk, _ in admin.form(["action"]).options["_selected_action"]]
    admin.send({"action": "invite", "_selected_action": row})
    admin.send({"email": email})
    assert "is on its way" in admin.text
    return email


def accept(email: str) -> Visitor:
    """The link of the mail, a password, the sign-in page."""
    outbox.send_due()
    (sent,) = [letter for letter in mail.outbox if letter.to == [email]]
    visitor = Visitor()
    visitor.open(re.search(r"https?://\S+/accounts/invite/\S+", sent.body)[0])
    visitor.send({"password": PASSWORD})
    return sign_in(visitor, email)


def open_hours(admin: Visitor, doctor_name: str) -> None:
    """A kind of visit, and Tuesdays from 9 to 12."""
    admin.open("/admin/")
    admin.follow("/admin/scheduling/appointmenttype/add/")
    told = {"name": "Consultation", "code": "consultation", "minutes": "20", "step_minutes": "20"}
    admin.send(told)
    assert "was added successfully" in admin.text
    (doctor,) = doctors_found(admin, doctor_name)
    admin.open("/admin/scheduling/availabilityrule/add/", doctor=doctor)
    tuesday = admin.form(["weekday"]).option("weekday", "Tuesday")
    admin.send({"weekday": tuesday, "start_time": "09:00", "end_time": "12:00"})
    assert "was added successfully" in admin.text


def doctors_found(admin: Visitor, name: str) -> list[str]:
    """As the search box of the form does."""
    box = {"app_label": "scheduling", "model_name": "availabilityrule", "field_name": "doctor", "term": name}
    admin.open("/admin/autocomplete/", **box)
    return [row["id"] for row in admin.page.json()["results"]]


def book(patient: Visitor, doctor_name: str) -> Appointment:
    patient.follow("/doctors/")
    patient.send({"name": doctor_name})
    assert patient.page.context["paginator"].count == 1
    patient.follow("/appointments/book/")
    times = patient.form(["start", "at"], action="").options["start"]
    patient.send({"start": times[1][0], "at": times[0][0]})
    patient.send({"patient_reason": "I get out of breath"})
    assert "/booked/" in patient.url
    return Appointment.objects.get()


def treat(doctor: Visitor, visit: Appointment) -> None:
    """The sign-in of yesterday is too old to sign with: the doctor signs in on the day."""
    doctor.send(action="/accounts/logout/")
    sign_in(doctor, "doctor@hospital.example")
    doctor.follow("/appointments/")
    doctor.send(action="/arrive/")
    doctor.send(action="/encounters/start/")
    doctor.send({"complaint": COMPLAINT, "plan": PLAN, "action": "sign", **prescription()})
    doctor.send(action="")
    assert "/records/" in doctor.url and COMPLAINT in doctor.text


def prescription() -> dict[str, str]:
    item = {"medicine": MEDICINE, "dose_quantity": "5", "dose_unit": "mg", "frequency": "once a day"}
    diagnosis = {"diagnoses-0-display": "Angina pectoris"}
    return diagnosis | {f"medicines-0-{name}": value for name, value in item.items()}


def read_record(patient: Visitor) -> None:
    patient.open("/dashboard/")
    patient.follow("/records/$")
    patient.follow(r"/records/[0-9a-f-]{36}/$")
    assert all(words in patient.text for words in (COMPLAINT, PLAN, MEDICINE, "Angina pectoris"))
