"""The form of vital signs: what it takes, what it asks, and that nothing typed is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.tests.pages import text_of
from clinical.measures import WEIGHT
from clinical.measures.kinds import HEART_RATE, TEMPERATURE
from clinical.models import VitalSign
from clinical.services.records import sign
from clinical.tests.factories import drafted
from clinical.tests.measured import FEVER

OWN = reverse("clinical:own-vitals")


def section(patient: Any) -> str:
    return reverse("clinical:chart-vitals", args=[patient.public_id])


def adding(encounter: Any) -> str:
    return reverse("clinical:vitals-add", args=[encounter.public_id])


def typed(client: Any, encounter: Any, **values: Any) -> dict[str, Any]:
    """The form as it is opened, with what is typed into it."""
    form = client.get(adding(encounter)).context["form"]
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()} | {
        "key": str(form.get_initial_for_field(form.fields["key"], "key")),
        "patient": str(encounter.patient.public_id),
        "position": "",
        **{name: "" for name in form.fields if name.startswith(("value", "second"))},
        **values,
    }


def send(client: Any, encounter: Any, **values: Any) -> Any:
    told = {name: value for name, value in typed(client, encounter, **values).items() if value is not None}
    return client.post(adding(encounter), told)


def test_the_form_saves_a_round_and_leads_back(sign_in: Any, nurse: Any, encounter: Any) -> None:
    answer = send(
        sign_in(nurse),
        encounter,
        **{"value_8867-4": "72", "value_29463-7": "154,32", "unit_29463-7": "[lb_av]"},
    )

    assert (answer.status_code, answer.url) == (302, section(encounter.patient))
    assert dict(VitalSign.objects.values_list("code", "value")) == {HEART_RATE: 72, WEIGHT: Decimal(70)}


def test_an_unusual_value_is_asked_and_nothing_typed_is_lost(
    sign_in: Any, nurse: Any, encounter: Any
) -> None:
    client = sign_in(nurse)
    values = {"value_8310-5": "103.1", "unit_8310-5": "[degF]", "value_8867-4": "72"}

    asked = send(client, encounter, **values)
    page = asked.content.decode()
    saved = send(client, encounter, **values, confirmed=[FEVER.token])

    assert asked.status_code == 422
    assert "Temperature: is 39.5\xa0°C right? Tick the box, or change the value." in page
    assert 'value="103.1"' in page and '<option value="[degF]" selected>' in page and 'value="72"' in page
    assert (saved.status_code, VitalSign.objects.get(code=TEMPERATURE).is_confirmed) == (302, True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Write at least one value."),
        ({"value_8310-5": "98.6"}, "Temperature of 98.6 °C is not possible"),
        ({"value_8867-4": "72.5"}, "Write a whole number."),
        ({"value_8310-5": "36.66"}, "Write at most 1 digit after the point."),
        ({"value_85354-9": "120"}, "Write both numbers of the blood pressure."),
        ({"value_85354-9": "80", "second_85354-9": "120"}, "The upper number must be higher"),
        ({"value_8867-4": "often"}, "Write a number, for example 36.6."),
        ({"value_8867-4": "72", "day": "2027-01-12"}, "This time has not come yet."),
        ({"value_8867-4": "72", "day": "2026-12-24"}, "more than a day before the visit began"),
        ({"value_8867-4": "1e999999"}, "Heart rate"),
        ({"value_8867-4": "NaN"}, "Write a number"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    sign_in: Any, nurse: Any, encounter: Any, values: Any, words: str
) -> None:
    answer = send(sign_in(nurse), encounter, **values)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "There is a problem" in text_of(answer)
    assert not VitalSign.objects.exists()


def test_a_visit_that_is_signed_while_the_form_is_open_keeps_what_was_typed(
    sign_in: Any, dr_rao: Any, encounter: Any, now: Any
) -> None:
    client = sign_in(dr_rao.user)
    values = typed(client, encounter, **{"value_8867-4": "77"})
    draft = drafted(encounter, now)
    sign(record=draft, version=draft.version, actor=dr_rao.user, now=now)

    answer = client.post(
        adding(encounter), {name: value for name, value in values.items() if value is not None}
    )

    assert answer.status_code == 422
    assert "This visit is finished." in text_of(answer) and 'value="77"' in answer.content.decode()
    assert client.get(adding(encounter)).status_code == 403


def test_the_form_of_another_patient_is_a_conflict(
    sign_in: Any, nurse: Any, encounter: Any, ben: Any
) -> None:
    answer = send(sign_in(nurse), encounter, **{"value_8867-4": "72", "patient": str(ben.public_id)})

    assert (answer.status_code, VitalSign.objects.count()) == (409, 0)


def test_the_way_of_the_nurse_takes_two_clicks(sign_in: Any, nurse: Any, encounter: Any) -> None:
    client = sign_in(nurse)

    chart = client.get(section(encounter.patient)).content.decode()

    assert adding(encounter) in chart
    assert client.get(adding(encounter)).status_code == 200


def test_only_who_may_add_is_offered_to(sign_in: Any, dr_rao: Any, record: Any, now: Any) -> None:
    answer = sign_in(dr_rao.user).get(section(record.patient))

    assert (answer.status_code, answer.context["open_visit"]) == (200, None)
