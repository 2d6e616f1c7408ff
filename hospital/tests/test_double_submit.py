"""50 presses of one button at the same moment make one thing, on both databases."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Doctor, Patient
from accounts.services.typing import author_mark
from accounts.tests.pages import enter
from accounts.tests.processes import database_url
from clinical.models import Addendum, Encounter, MedicalRecord, NoteDraft, Seal
from clinical.tests.factories import drafted, signed, started, waiting
from clinical.tests.test_views_notes import MEDICINE, rows, typed

PROCESSES, THREADS = 5, 10
PRESS = """
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connection
from django.test import Client
url, fields, name, key, threads = json.loads(os.environ["PRESS"])
gate = Barrier(threads + 1)
def press(number):
    browser = Client(raise_request_exception=False, headers={"host": "localhost"})
    browser.cookies[name] = key
    gate.wait()
    try:
        return browser.post(url, fields).status_code
    finally:
        connection.close()
with ThreadPoolExecutor(threads) as pool:
    presses = [pool.submit(press, number) for number in range(threads)]
    print("ready", flush=True)
    sys.stdin.readline()
    gate.wait()
    print(json.dumps([done.result() for done in presses]))
"""
COUNT = """
import json
from django.apps import apps
from clinical.services.sealing import broken_seals
models = ["Encounter", "MedicalRecord", "Diagnosis", "Prescription", "PrescriptionItem"]
models += ["Seal", "Addendum", "NoteDraft"]
counts = {name: apps.get_model("clinical", name).objects.count() for name in models}
print(json.dumps(counts | {"broken": len(list(broken_seals()))}))
"""


def python(code: str, url: str, **outside: str) -> subprocess.Popen[str]:
    ours = {"DJANGO_SETTINGS_MODULE": "hospital.settings_test", "DEBUG": "yes", "DATABASE_URL": url}
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "manage.py", "shell", "--no-imports", "-c", code],
        cwd=settings.BASE_DIR,
        env=os.environ | ours | outside,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def press_together(
    client: Client, address: str, fields: dict[str, Any], folder: Path
) -> tuple[Counter[int], Any]:
    """The answers to all presses, and how many rows there are afterwards."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    order = json.dumps([address, fields, cookie.key, cookie.value, THREADS], default=str)
    url = database_url(folder)
    workers = [python(PRESS, url, PRESS=order) for _number in range(PROCESSES)]
    assert [worker.stdout.readline() for worker in workers] == ["ready\n"] * PROCESSES
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [status for worker in workers for status in json.loads(worker.communicate(timeout=240)[0])]
    told, _errors = python(COUNT, url).communicate(timeout=60)
    return Counter(answers), {name: count for name, count in json.loads(told).items() if count}


@pytest.fixture
def rao(transactional_db: Any, dr_rao: Doctor) -> Client:
    return enter(Client(), dr_rao.user)


def test_50_first_saves_of_a_note_make_one(rao: Client, dr_rao: Doctor, ana: Patient, tmp_path: Path) -> None:
    encounter = started(dr_rao, ana, timezone.now())
    diagnosis = {"display": "Gout", "code": "M10", "kind": "principal", "verification": "confirmed"}
    note = typed(**rows("diagnoses", diagnosis), **rows("medicines", MEDICINE))

    answers, counts = press_together(
        rao, reverse("clinical:encounter-write", args=[encounter.public_id]), note, tmp_path
    )

    assert answers == {302: 50}
    one_note = {"Encounter": 1, "MedicalRecord": 1, "Diagnosis": 1, "Prescription": 1, "PrescriptionItem": 1}
    assert counts == one_note


def test_50_texts_of_one_window_are_one(rao: Client, dr_rao: Doctor, ana: Patient, tmp_path: Path) -> None:
    path = reverse("clinical:encounter-write", args=[started(dr_rao, ana, timezone.now()).public_id])
    text = typed() | {"typed_by": author_mark(dr_rao.user, path), "window": uuid4()}

    answers, counts = press_together(rao, reverse("clinical:typing-keep"), text, tmp_path)

    assert (answers, counts) == ({200: 50}, {"Encounter": 1, "NoteDraft": 1})


def test_50_signatures_are_one_seal(rao: Client, dr_rao: Doctor, ana: Patient, tmp_path: Path) -> None:
    now = timezone.now()
    draft = drafted(started(dr_rao, ana, now), now)
    address = reverse("clinical:encounter-sign", args=[draft.encounter.public_id])

    answers, counts = press_together(rao, address, {"version": 1}, tmp_path)

    assert answers == {302: 50}
    assert (counts["Seal"], counts["MedicalRecord"], counts.get("broken", 0)) == (1, 1, 0)


def test_50_addenda_with_one_key_are_one(rao: Client, dr_rao: Doctor, ana: Patient, tmp_path: Path) -> None:
    record = signed(dr_rao, ana, timezone.now())
    addendum = {"key": uuid4(), "reason": "Result", "text": "Normal."}

    answers, counts = press_together(
        rao, reverse("clinical:addendum-add", args=[record.public_id]), addendum, tmp_path
    )

    assert (answers, counts["Addendum"]) == ({302: 50}, 1)


def test_50_starts_open_one_encounter(rao: Client, dr_rao: Doctor, ana: Patient, tmp_path: Path) -> None:
    visit = waiting(dr_rao, ana, timezone.now())

    answers, counts = press_together(
        rao, reverse("clinical:encounter-start", args=[visit.public_id]), {}, tmp_path
    )

    assert (answers, counts) == ({302: 50}, {"Encounter": 1})


@pytest.mark.django_db
def test_each_button_pressed_twice_does_it_once(client: Client, dr_rao: Doctor, ana: Patient) -> None:
    rao, visit = enter(client, dr_rao.user), waiting(dr_rao, ana, timezone.now())

    def twice(name: str, row: Any, fields: dict[str, Any]) -> list[int]:
        url = reverse(f"clinical:{name}", args=[row.public_id])
        return [rao.post(url, fields).status_code for _press in range(2)]

    answers = twice("encounter-start", visit, {})
    encounter = Encounter.objects.get()
    answers += twice("encounter-write", encounter, typed(**rows("medicines", MEDICINE)))
    record = MedicalRecord.objects.get()
    answers += twice("encounter-sign", encounter, {"version": record.version})
    answers += twice("addendum-add", record, {"key": uuid4(), "reason": "Result", "text": "Normal."})

    assert answers == [302] * 8
    models = (Encounter, MedicalRecord, Seal, Addendum, NoteDraft)
    assert [model.objects.count() for model in models] == [1, 1, 1, 1, 0]
