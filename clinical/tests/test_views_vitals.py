"""The pages of vital signs: what they show to whom, and at which cost."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.tests.pages import queries, text_of
from clinical.measures import BLOOD_PRESSURE, HEIGHT, WEIGHT, Reading
from clinical.measures.kinds import HEART_RATE
from clinical.models import VitalSign
from clinical.services.rows import mark_in_error
from clinical.tests.measured import PRESSURE, PULSE, loaded, many, took
from clinical.views.drawings import MOST, trends_of

OWN = reverse("clinical:own-vitals")


def section(patient: Any) -> str:
    return reverse("clinical:chart-vitals", args=[patient.public_id])


def adding(encounter: Any) -> str:
    return reverse("clinical:vitals-add", args=[encounter.public_id])


def test_the_table_says_value_unit_flag_and_who(sign_in: Any, nurse: Any, encounter: Any, now: Any) -> None:
    took(encounter, nurse, now, Reading(BLOOD_PRESSURE, Decimal(152), Decimal(55)), PULSE, position="lying")

    answer = sign_in(nurse).get(section(encounter.patient))

    text = text_of(answer)
    said = [
        "11 January 2027, 8am",
        "152/55 mmHg Lying High ↑ / Low ↓",
        "72 per minute",
        f"by {nurse.get_full_name()}",
    ]
    assert [words for words in said if words not in text] == []
    assert answer.context["table"].columns == ["Blood pressure", "Heart rate"]


def test_reading_them_is_noted_once(sign_in: Any, nurse: Any, encounter: Any) -> None:
    client, before = sign_in(nurse), AuditEvent.objects.count()

    client.get(section(encounter.patient))

    event = AuditEvent.objects.order_by("-pk").first()
    assert AuditEvent.objects.count() == before + 1
    assert (event.action, event.patient, event.reason) == ("read", encounter.patient, "clinical:chart-vitals")


def test_what_was_entered_later_says_so(sign_in: Any, nurse: Any, encounter: Any, now: Any) -> None:
    took(encounter, nurse, now, PULSE, taken_at=now - timedelta(hours=12))

    text = text_of(sign_in(nurse).get(section(encounter.patient)))

    assert f"11 January 2027 by {nurse.get_full_name()}" in text
    assert "10 January 2027, 8pm" in text


def test_a_mistake_is_struck_through_and_not_drawn(
    sign_in: Any, nurse: Any, encounter: Any, now: Any
) -> None:
    for hour in range(3):
        took(
            encounter,
            nurse,
            now,
            Reading(HEART_RATE, Decimal(70 + hour)),
            taken_at=now - timedelta(hours=hour),
        )
    wrong = VitalSign.objects.get(value=72)
    mark_in_error(row=wrong, reason="Another patient", actor=nurse, now=now)

    answer = sign_in(nurse).get(section(encounter.patient))

    assert "<del>72\xa0per minute</del> Entered in error: Another patient" in answer.content.decode()
    assert "2 values: lowest 70 per minute, highest 71 per minute, last 70 per minute." in text_of(answer)


def test_none_is_said_in_words(sign_in: Any, nurse: Any, encounter: Any) -> None:
    answer = sign_in(nurse).get(section(encounter.patient))

    assert "None recorded" in text_of(answer)
    assert reverse("clinical:vitals-add", args=[encounter.public_id]) in answer.content.decode()


def test_the_index_of_body_mass_is_reckoned_from_the_newest_height(
    sign_in: Any, nurse: Any, encounter: Any, now: Any
) -> None:
    patient = encounter.patient
    VitalSign.objects.bulk_create(
        [
            loaded(patient, HEIGHT, "160", now - timedelta(days=7 * 365)),
            loaded(patient, WEIGHT, "60", now - timedelta(days=400)),
            loaded(patient, HEIGHT, "170", now - timedelta(days=300)),
            loaded(patient, WEIGHT, "80", now - timedelta(days=200)),
        ]
    )

    answer = sign_in(nurse).get(section(patient))

    text = text_of(answer)
    assert "27.7 kg/m² High ↑" in text
    assert text.count("kg/m²") == 1


def test_a_childs_height_makes_no_index(sign_in: Any, nurse: Any, encounter: Any, now: Any) -> None:
    patient = encounter.patient
    type(patient).objects.filter(pk=patient.pk).update(birth_date=now.date() - timedelta(days=18 * 365 + 40))
    VitalSign.objects.bulk_create(
        [
            loaded(patient, HEIGHT, "170", now - timedelta(days=100)),
            loaded(patient, WEIGHT, "80", now - timedelta(days=1)),
        ]
    )

    assert "kg/m²" not in text_of(sign_in(nurse).get(section(patient)))


@pytest.mark.parametrize("who", ["dr_lee", "reception", "privacy", "admin", "ana_user", "ben_user"])
def test_others_see_nothing(
    sign_in: Any, nurse: Any, encounter: Any, now: Any, who: str, request: Any
) -> None:
    row = took(encounter, nurse, now, PULSE)[0]
    user = request.getfixturevalue(who)
    client = sign_in(getattr(user, "user", None) or user)
    urls = [
        section(encounter.patient),
        adding(encounter),
        reverse("clinical:vitals-in-error", args=[row.public_id]),
    ]

    codes = {client.get(url).status_code for url in urls}

    assert codes == {404 if who == "dr_lee" else 403}


def test_striking_through_names_the_value(sign_in: Any, nurse: Any, encounter: Any, now: Any) -> None:
    row = took(encounter, nurse, now, PULSE)[0]
    url = reverse("clinical:vitals-in-error", args=[row.public_id])
    client = sign_in(nurse)

    page = text_of(client.get(url))
    answer = client.post(url, {"reason": "Typed twice"})

    row.refresh_from_db()
    assert "Heart rate 72 per minute of 11 January 2027, 8am." in page
    assert (answer.url, row.status) == (section(encounter.patient), "entered-in-error")


def test_twenty_rounds_a_page_and_none_beyond(sign_in: Any, nurse: Any, encounter: Any, now: Any) -> None:
    many(encounter.patient, HEART_RATE, 25, now)
    client, url = sign_in(nurse), section(encounter.patient)

    pages = [client.get(url, {"page": number}).context for number in ("1", "2")]
    beyond = [client.get(url, {"page": number}) for number in ("3", "0", "x", "9" * 400)]

    assert [len(page["table"].rounds) for page in pages] == [20, 5]
    assert [bool(page["trends"]) for page in pages] == [True, False]
    assert [(answer.status_code, answer.url) for answer in beyond] == [(302, url)] * 4


# A nurse's department is looked up for each of five questions.
@pytest.mark.parametrize(("who", "most"), [("nurse", 13), ("dr_rao", 8)])
def test_the_page_costs_the_same_with_1_and_3_and_300_rounds(
    sign_in: Any, nurse: Any, encounter: Any, now: Any, who: str, most: int, request: Any
) -> None:
    user = request.getfixturevalue(who)
    client, patient = sign_in(getattr(user, "user", None) or user), encounter.patient
    costs = []
    for count in (1, 3, 300):
        for code in (HEART_RATE, WEIGHT, HEIGHT):
            many(patient, code, count, now - timedelta(days=count), recorded_by=nurse)
        costs.append(queries(client, section(patient))[0])

    assert costs == [most] * 3


def test_a_trend_draws_200_points_at_most_and_keeps_the_extremes(ana: Any, now: Any) -> None:
    rows = [loaded(ana, HEART_RATE, 70, now - timedelta(days=number)) for number in range(997)]
    rows[123].value, rows[777].value = Decimal(191), Decimal(33)
    VitalSign.objects.bulk_create(rows)

    [trend] = trends_of(VitalSign.objects.all(), ana)

    drawn = trend.drawing.lines[0].dots.count("M")
    assert MOST * 0.9 < drawn <= MOST
    assert trend.is_thinned
    assert (
        trend.summary
        == "997 values: lowest 33\xa0per minute, highest 191\xa0per minute, last 70\xa0per minute."
    )


def test_blood_pressure_is_two_series_with_its_own_bands(ana: Any, now: Any) -> None:
    for days in (0, 5):
        loaded(ana, BLOOD_PRESSURE, 150 - days, now - timedelta(days=days), second_value=Decimal(80)).save()

    [trend] = trends_of(VitalSign.objects.all(), ana)

    assert (len(trend.drawing.lines), len(trend.drawing.boxes)) == (2, 2)
    assert trend.normal == [
        "Upper blood pressure: normal from 90 to 139\xa0mmHg",
        "Lower blood pressure: normal from 60 to 89\xa0mmHg",
    ]


def test_one_value_and_other_units_make_no_trend(ana: Any, now: Any) -> None:
    loaded(ana, HEART_RATE, 70, now).save()
    for days in (0, 1):
        row = loaded(ana, WEIGHT, 150, now - timedelta(days=days))
        row.unit = "[lb_av]"
        row.save()

    assert trends_of(VitalSign.objects.all(), ana) == []


def test_a_measurement_of_a_kind_we_do_not_know_is_shown_as_it_is(
    sign_in: Any, nurse: Any, encounter: Any, now: Any
) -> None:
    VitalSign.objects.create(patient=encounter.patient, code="1234-5", value=7, unit="{own}", taken_at=now)

    assert "7 {own}" in text_of(sign_in(nurse).get(section(encounter.patient)))


def test_pressure_and_pulse_make_one_round(encounter: Any, nurse: Any, now: Any) -> None:
    took(encounter, nurse, now, PRESSURE, PULSE)

    assert VitalSign.objects.values("taken_at").distinct().count() == 1
