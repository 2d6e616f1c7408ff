"""The loading of Synthea's tables: what arrives, what a second run does, what real data gives."""

from datetime import UTC, date, datetime

import pytest

from accounts import mrn
from accounts.models import AuditEvent, Department, Doctor, LoadBatch, Location, Patient, SourceReference
from clinical.models import Condition, Encounter, Prescription, PrescriptionItem
from clinical.tests.synthea_folder import (
    ANA,
    BEN,
    Ran,
    encounter,
    healthy,
    write,
)

pytestmark = pytest.mark.django_db

EVERYTHING = {
    "organizations": 1,
    "departments": 2,
    "providers": 2,
    "patients": 2,
    "encounters": 2,
    "conditions": 2,
    "medications": 2,
}


def row_of(model, kind: str, key: str):
    return model.objects.get(pk=SourceReference.objects.get(kind=kind, value=key).target_id)


def test_every_table_arrives(tmp_path):
    ran = Ran(write(tmp_path, healthy()), "--json")

    assert (ran.code, ran.told("created")) == (0, EVERYTHING)
    assert Location.objects.get().phone == "5082225200"
    assert PrescriptionItem.objects.count() == Prescription.objects.count() == 2


def test_a_patient_keeps_the_name_and_no_number_of_the_state(tmp_path):
    Ran(write(tmp_path, healthy()))

    ana = row_of(Patient, "patient", ANA)

    assert (ana.given_name, ana.family_name, ana.search_name) == (
        "Jerónimo599",
        "O'Neil958",
        "jeronimo599 o'neil958",
    )
    assert (ana.birth_date, ana.gender, ana.postal_code) == (date(1964, 12, 6), "male", "02155")
    assert mrn.is_mrn(ana.mrn)
    assert "999-17-5017" not in str(AuditEvent.objects.values_list("changes", flat=True))


def test_a_provider_becomes_a_doctor_of_a_department_without_an_account(tmp_path):
    Ran(write(tmp_path, healthy()))

    rao = row_of(Doctor, "doctor", "rao")

    assert (str(rao), rao.specialty, rao.gender) == ("Dr Asha884 Rao698", "General Practice", "female")
    assert (rao.department.name, rao.location.name, rao.user) == ("General Practice", "RIVER CLINIC", None)
    assert row_of(Doctor, "doctor", "lee").title == ""


def test_a_department_of_that_name_is_not_made_again(tmp_path):
    own = Department.objects.create(name="General practice")

    ran = Ran(write(tmp_path, healthy()), "--json")

    assert ran.counts["departments"] == {
        "created": 1,
        "updated": 0,
        "unchanged": 1,
        "skipped": 0,
        "refused": 0,
    }
    assert row_of(Doctor, "doctor", "rao").department == own


def test_a_visit_is_finished_history_of_the_doctors_department(tmp_path):
    Ran(write(tmp_path, healthy()))

    visit = row_of(Encounter, "encounter", "visit-ana")

    assert (visit.status, visit.class_code, visit.appointment) == ("finished", "AMB", None)
    assert visit.started_at == datetime(2019, 1, 27, 16, 17, 47, tzinfo=UTC)
    assert visit.reason == "Encounter for symptom: Acute pharyngitis"
    assert visit.department == visit.doctor.department
    assert row_of(Encounter, "encounter", "visit-ben").class_code == "IMP"


def test_conditions_and_medicines_end_when_the_source_says_so(tmp_path):
    Ran(write(tmp_path, healthy()))

    conditions = Condition.objects.order_by("code").values_list("code", "clinical_status", "abatement_date")
    items = PrescriptionItem.objects.order_by("code").values_list(
        "code", "status", "dose_quantity", "indication"
    )

    assert list(conditions) == [("195662009", "resolved", date(2019, 2, 9)), ("53741008", "active", None)]
    assert list(items) == [("665078", "completed", None, "Angina"), ("705129", "active", None, "Angina")]


def test_the_prescriber_is_the_visits_doctor(tmp_path):
    Ran(write(tmp_path, healthy()))

    assert set(Prescription.objects.values_list("prescriber__family_name", flat=True)) == {"Rao698"}


def test_a_second_run_creates_and_updates_nothing(tmp_path):
    Ran(write(tmp_path, healthy()))
    before = AuditEvent.objects.count()

    ran = Ran(tmp_path, "--json")

    assert (ran.code, ran.told("created"), ran.told("updated")) == (0, {}, {})
    assert ran.told("unchanged") == EVERYTHING
    assert AuditEvent.objects.count() == before


def test_one_changed_patient_is_updated_and_keeps_the_record_number(tmp_path):
    tables = healthy()
    Ran(write(tmp_path, tables))
    before = row_of(Patient, "patient", ANA)
    tables["patients"][0] |= {"LAST": "Núñez", "ADDRESS": "2 New Road"}

    ran = Ran(write(tmp_path, tables), "--json")

    after = row_of(Patient, "patient", ANA)
    assert (ran.told("created"), ran.told("updated")) == ({}, {"patients": 1})
    assert (after.address, after.search_name) == ("2 New Road", "jeronimo599 nunez")
    assert (after.mrn, after.version) == (before.mrn, before.version + 1)


def test_a_change_in_a_column_that_is_not_loaded_is_no_change(tmp_path):
    tables = healthy()
    Ran(write(tmp_path, tables))
    tables["patients"][0]["SSN"] = "999-00-0000"

    assert Ran(write(tmp_path, tables), "--json").told("updated") == {}


def test_a_condition_and_a_medicine_may_end_later(tmp_path):
    tables = healthy()
    Ran(write(tmp_path, tables))
    tables["conditions"][1]["STOP"] = "2019-12-01"
    tables["medications"][1]["STOP"] = "2019-12-01T08:00:00Z"

    ran = Ran(write(tmp_path, tables), "--json")

    assert (ran.code, ran.told("updated")) == (0, {"conditions": 1, "medications": 1})
    assert not Condition.objects.filter(clinical_status="active").exists()
    assert PrescriptionItem.objects.get(code="705129").stopped_at == datetime(2019, 12, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(("table", "column"), [("encounters", "STOP"), ("medications", "DESCRIPTION")])
def test_what_a_finished_visit_holds_does_not_change(tmp_path, table, column):
    tables = healthy()
    Ran(write(tmp_path, tables))
    tables[table][0][column] = "2019-01-28T00:00:00Z"

    ran = Ran(write(tmp_path, tables), "--json", "--keep-going")

    assert (ran.code, ran.told("updated")) == (1, {})
    assert f"{table}.csv, row 2" in ran.err


def test_a_row_that_was_deleted_in_the_house_comes_back(tmp_path):
    Ran(write(tmp_path, healthy()))
    Condition.objects.all().delete()

    ran = Ran(tmp_path, "--json")

    assert (ran.code, ran.told("created")) == (0, {"conditions": 2})
    assert Ran(tmp_path, "--json").told("created") == {}


def test_visits_may_arrive_after_their_patients(tmp_path):
    tables = healthy()
    later = {name: tables.pop(name) for name in ("encounters", "conditions", "medications")}
    Ran(write(tmp_path, tables))

    ran = Ran(write(tmp_path, later), "--json")

    assert (ran.code, ran.told("created")) == (0, {"encounters": 2, "conditions": 2, "medications": 2})


def test_equal_natural_keys_are_rows_of_their_own_but_an_equal_row_is_skipped(tmp_path):
    tables = healthy()
    once = tables["conditions"][0]
    tables["conditions"] += [once, once | {"STOP": "2019-05-05"}]

    ran = Ran(write(tmp_path, tables), "--json")

    assert (ran.told("created")["conditions"], ran.told("skipped")) == (3, {"conditions": 1})
    assert "conditions.csv: the same row stands in the file more than once" in ran.err
    assert Ran(tmp_path, "--json").told("created") == {}


def test_a_visit_after_death_is_loaded_with_a_warning(tmp_path):
    tables = healthy()
    visit = {"START": "2020-05-06T10:00:00Z", "STOP": "2020-05-06T11:00:00Z"}
    tables["encounters"].append(encounter("late", BEN, **visit))

    ran = Ran(write(tmp_path, tables), "--json")

    assert (ran.code, ran.told("created")["encounters"]) == (0, 3)
    assert "after the patient's death; loaded (1×, first in row 4)" in ran.err


def test_other_tables_are_told_as_skipped(tmp_path):
    write(tmp_path, healthy() | {"careplans": [{"START": "2019", "CODE": str(n)} for n in range(5)]})

    assert Ran(tmp_path, "--json").told("skipped") == {"careplans": 5}


def test_the_batch_and_every_audit_row_say_who_loaded_what(tmp_path, admin):
    write(tmp_path, healthy())
    before = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]

    Ran(tmp_path, "--actor", "Admin@example.org")

    batch = LoadBatch.objects.get()
    noted = AuditEvent.objects.filter(pk__gt=before).values_list("actor", "batch_id", "reason")
    assert (batch.actor, batch.status, len(batch.digest)) == (admin, "finished", 64)
    assert batch.counts["patients"]["created"] == 2
    assert set(noted) == {(admin.pk, batch.pk, f"load {tmp_path}"[:300])}


def test_a_real_export_is_loaded_whole_and_once(sample_data):
    first = Ran(sample_data / "synthea_ma27_csv", "--json")
    second = Ran(sample_data / "synthea_ma27_csv", "--json")

    rows = {"organizations": 63, "providers": 166, "patients": 27, "encounters": 604}
    rows |= {"conditions": 438, "medications": 663, "departments": 13}
    rows |= {"allergies": 40, "immunizations": 29, "vitals": 166, "results": 233}
    assert (first.code, first.told("created"), first.told("refused")) == (0, rows, {})
    assert first.told("skipped")["observations"] == 990 - 233 - 166 - 27
    assert (second.code, second.told("unchanged"), second.told("created")) == (0, rows, {})
