"""The tables of the chart: allergies, vaccinations, vital signs and results; what is skipped is told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, Patient, SourceReference
from clinical.loading.synthea_history import SNOMED
from clinical.models import Allergy, AllergyReaction, Immunization, LabResult, VitalSign
from clinical.models.prescription import RXNORM
from clinical.tests.synthea_folder import (
    ANA,
    Ran,
    allergy,
    charts,
    condition,
    encounter,
    healthy,
    immunization,
    medication,
    observation,
    patient,
    write,
)

pytestmark = pytest.mark.django_db

WHEN = datetime(2019, 1, 27, 16, 17, 47, tzinfo=UTC)
ARRIVED = {"allergies": 2, "immunizations": 2, "vitals": 2, "results": 2}


def loaded(tmp_path, *options: str, **tables) -> Ran:
    """The healthy tables and the chart's, some of them changed."""
    return Ran(write(tmp_path, healthy() | charts() | tables), "--json", *options)


def chart_counts(ran: Ran, outcome: str) -> dict[str, int]:
    told = ran.told(outcome)
    return {kind: told[kind] for kind in [*ARRIVED, "observations"] if kind in told}


def test_the_chart_arrives_and_every_other_observation_is_told_as_skipped(tmp_path):
    ran = loaded(tmp_path)

    assert (ran.code, chart_counts(ran, "created")) == (0, ARRIVED)
    assert ran.told("skipped") == {"observations": 2}
    assert "the body mass index is computed here; skipped (1×, first in row 5)" in ran.err
    assert "neither vital sign nor laboratory result; skipped (1×, first in row 8)" in ran.err


def test_an_allergy_has_its_code_its_reactions_and_no_invented_danger(tmp_path):
    loaded(tmp_path)

    penicillin, peanut = Allergy.objects.order_by("-code")
    reactions = penicillin.reactions.values_list("manifestation", "severity")
    assert (penicillin.system, penicillin.code, penicillin.display) == (RXNORM, "7984", "Penicillin V")
    assert (penicillin.category, penicillin.criticality) == ("medication", "unable-to-assess")
    assert (penicillin.onset_date, penicillin.encounter.status) == (date(2019, 1, 27), "finished")
    assert list(reactions) == [("Eruption of skin", "moderate"), ("Cough", "")]
    assert (peanut.system, peanut.clinical_status) == (SNOMED, "inactive")
    assert timezone.localdate(penicillin.happened_at) == penicillin.onset_date


def test_the_older_layout_of_allergies_is_loaded_too(tmp_path):
    columns = ("START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION")
    rows = [allergy(ANA, "visit-ana", "91935009"), allergy(ANA, "visit-ana", "419474003")]

    loaded(tmp_path, allergies=[{name: row[name] for name in columns} for row in rows])

    found = Allergy.objects.order_by("code").values_list("system", "code", "category")
    assert list(found) == [(SNOMED, "419474003", "environment"), (SNOMED, "91935009", "food")]


def test_a_code_of_an_unknown_system_is_kept_as_words_with_a_warning(tmp_path):
    ran = loaded(tmp_path, allergies=[allergy(ANA, "visit-ana", "1", SYSTEM="Unknown", TYPE="intolerance")])

    assert list(Allergy.objects.values_list("system", "code", "display")) == [("", "", "Substance 1")]
    assert "kept as words, for which no check can warn (1×, first in row 2)" in ran.err
    assert "an intolerance; loaded as an allergy" in ran.err


def test_an_allergy_ends_the_word_that_none_is_known(tmp_path):
    Ran(write(tmp_path, healthy()))
    ana = Patient.objects.get(pk=SourceReference.objects.get(value=ANA).target_id)
    Allergy.objects.create(patient=ana, system=SNOMED, code="716186003", display="No known allergies")

    loaded(tmp_path)

    assert str(Allergy.objects.state_of(ana)) == "Allergic to Penicillin V"
    assert not Allergy.objects.none_known().exists()


def test_the_sources_own_word_that_none_is_known_is_skipped(tmp_path):
    ran = loaded(tmp_path, allergies=[allergy(ANA, "visit-ana", "716186003")])

    assert (ran.told("skipped")["allergies"], Allergy.objects.count()) == (1, 0)


def test_an_allergy_may_end_and_a_reaction_be_added(tmp_path):
    loaded(tmp_path)
    tables = charts()
    tables["allergies"][0] |= {"STOP": "2020-01-01", "SEVERITY2": "SEVERE"}
    tables["allergies"][1] |= {"REACTION1": "1", "DESCRIPTION1": "Wheal", "SEVERITY1": "MILD"}

    ran = loaded(tmp_path, **tables)

    reactions = AllergyReaction.objects.order_by("pk").values_list("manifestation", "severity")
    assert (ran.code, ran.told("created"), ran.told("updated")) == (0, {}, {"allergies": 2})
    assert set(Allergy.objects.values_list("clinical_status", "version")) == {("inactive", 2)}
    assert list(reactions) == [("Eruption of skin", "moderate"), ("Cough", "severe"), ("Wheal", "mild")]


def test_a_vaccination_was_given_when_the_source_says(tmp_path):
    loaded(tmp_path)

    rows = Immunization.objects.order_by("code").values_list("code", "display", "status", "happened_at")
    assert list(rows) == [
        ("08", "Vaccine 08", "completed", WHEN),
        ("140", "Vaccine 140", "completed", WHEN),
    ]


def test_both_numbers_of_a_blood_pressure_are_one_measurement_wherever_they_stand(tmp_path):
    loaded(tmp_path)

    columns = ("code", "value", "second_value", "unit", "taken_at", "status")
    assert list(VitalSign.objects.order_by("code").values_list(*columns)) == [
        ("8302-2", Decimal("171.500"), None, "cm", WHEN, "final"),
        ("85354-9", Decimal("128.000"), Decimal("82.000"), "mm[Hg]", WHEN, "final"),
    ]


def test_two_pressures_of_one_minute_are_two(tmp_path):
    numbers = [("8480-6", "120"), ("8462-4", "70"), ("8480-6", "130"), ("8462-4", "80")]
    rows = [observation(ANA, "visit-ana", code, value, "mm[Hg]") for code, value in numbers]

    loaded(tmp_path, observations=rows)

    assert set(VitalSign.objects.values_list("value", "second_value")) == {(120, 70), (130, 80)}


@pytest.mark.parametrize("code", ["8480-6", "8462-4"])
def test_a_pressure_with_one_number_is_skipped_and_told(tmp_path, code):
    ran = loaded(tmp_path, observations=[observation(ANA, "visit-ana", code, "120", "mm[Hg]")])

    assert (ran.code, ran.told("skipped"), VitalSign.objects.count()) == (0, {"vitals": 1}, 0)
    assert "a blood pressure with one number only; skipped (1×, first in row 2)" in ran.err


def test_other_units_are_reckoned_into_the_houses(tmp_path):
    rows = [observation(ANA, "visit-ana", "8310-5", "100.4", "[degF]")]

    loaded(tmp_path, observations=rows)

    assert list(VitalSign.objects.values_list("value", "unit")) == [(Decimal("38.000"), "Cel")]


def test_a_result_is_a_number_or_words_and_nobodys_work_any_more(tmp_path):
    loaded(tmp_path)

    number, words = LabResult.objects.order_by("code")
    assert (number.value_quantity, number.value_text, number.unit) == (Decimal("6.1000"), "", "%")
    assert (words.value_quantity, words.value_text, words.unit) == (None, "Not detected", "")
    assert (number.taken_at, number.reported_at, number.released_at) == (WHEN, WHEN, WHEN)
    assert (number.status, number.range_low, number.flag) == ("final", None, "")
    assert not LabResult.objects.unreviewed().exists()
    assert LabResult.objects.filter(LabResult.objects.all().released()).count() == 2


@pytest.mark.parametrize("value", ["0.0001", "1234567890.1234", "-12.5"])
def test_numbers_are_exact(tmp_path, value):
    loaded(tmp_path, observations=[observation(ANA, "visit-ana", "1", value, "U/L", CATEGORY="laboratory")])

    assert LabResult.objects.get().value_quantity == Decimal(value)


def test_a_second_run_creates_and_updates_nothing(tmp_path):
    loaded(tmp_path)
    before = AuditEvent.objects.count()

    ran = loaded(tmp_path)

    assert (ran.code, ran.told("created"), ran.told("updated")) == (0, {}, {})
    assert chart_counts(ran, "unchanged") == ARRIVED
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    ("table", "index", "change", "kind"),
    [
        ("immunizations", 0, {"DESCRIPTION": "Another"}, "immunizations"),
        ("observations", 0, {"VALUE": "83"}, "vitals"),
        ("observations", 1, {"VALUE": "172"}, "vitals"),
        ("observations", 4, {"VALUE": "6.2"}, "results"),
    ],
)
def test_what_was_measured_or_given_does_not_change(tmp_path, table, index, change, kind):
    loaded(tmp_path)
    tables = charts()
    tables[table][index] |= change

    ran = loaded(tmp_path, "--keep-going", **tables)

    assert (ran.code, ran.told("refused"), ran.told("updated")) == (1, {kind: 1}, {})
    assert "was loaded before and cannot change" in ran.err


def test_another_way_to_write_a_number_is_no_change(tmp_path):
    loaded(tmp_path)
    tables = charts()
    tables["observations"][1]["VALUE"] = "171.50"

    assert loaded(tmp_path, **tables).told("refused") == {}


def test_rows_of_a_merged_patient_go_to_the_one_who_stands_for_both(tmp_path):
    Ran(write(tmp_path, healthy()))
    keys = (
        SourceReference.objects.filter(kind="patient").order_by("value").values_list("target_id", flat=True)
    )
    ana, ben = keys
    Patient.objects.filter(pk=ana).update(merged_into=ben, archived_at=timezone.now())

    ran = Ran(write(tmp_path, {"allergies": [allergy(ANA, "", "7984")]}))

    assert ran.code == 0
    assert list(Allergy.objects.values_list("patient", flat=True)) == [ben]


def test_queries_do_not_grow_with_the_rows(tmp_path):
    def queries(people: int) -> int:
        folder = tmp_path / str(people)
        folder.mkdir()
        with CaptureQueriesContext(connection) as captured:
            assert Ran(write(folder, crowd(people))).code == 0
        return len(captured)

    few, many = queries(10), queries(400)

    # SQLite takes at most 999 values a statement, so 390 rows of ten tables need some more of them.
    assert many - few < 180


def crowd(people: int):
    """Everybody with one row of each kind, and a birthday of their own."""
    tables, keys = healthy(), [f"{people}-{n}" for n in range(people)]
    born = date(1950, 1, 1) + timedelta(days=people)
    tables["patients"] = [
        patient(key, f"Name{key}", BIRTHDATE=str(born + timedelta(days=30 * n))) for n, key in enumerate(keys)
    ]
    tables["encounters"] = [encounter(f"visit-{key}", key) for key in keys]
    for name, row in {
        "conditions": condition,
        "medications": medication,
        "immunizations": immunization,
    }.items():
        tables[name] = [row(key, f"visit-{key}", "1") for key in keys]
    tables["allergies"] = [
        allergy(key, f"visit-{key}", "1", SEVERITY1="MILD", DESCRIPTION1="Rash") for key in keys
    ]
    tables["observations"] = [
        observation(key, f"visit-{key}", code, value, unit, CATEGORY=category)
        for key in keys
        for code, value, unit, category in (
            ("8480-6", "120", "mm[Hg]", "vital-signs"),
            ("8462-4", "80", "mm[Hg]", "vital-signs"),
            ("4548-4", "6.1", "%", "laboratory"),
        )
    ]
    return tables
