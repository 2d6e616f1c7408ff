"""What patients read of their own vital signs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.tests.pages import queries, text_of
from clinical.measures import Reading
from clinical.measures.kinds import HEART_RATE
from clinical.services.records import sign
from clinical.services.rows import mark_in_error
from clinical.tests.factories import drafted, started
from clinical.tests.measured import many, took

OWN = reverse("clinical:own-vitals")


def test_the_patient_reads_what_was_measured_at_finished_visits(
    sign_in: Any, ana: Any, ben: Any, dr_rao: Any, nurse: Any, encounter: Any, now: Any
) -> None:
    took(encounter, nurse, now, Reading(HEART_RATE, Decimal(81)))
    later = started(dr_rao, ben, now + timedelta(hours=3))
    took(later, nurse, now + timedelta(hours=3), Reading(HEART_RATE, Decimal(91)))
    wrong = took(encounter, nurse, now, Reading(HEART_RATE, Decimal(99)), taken_at=now - timedelta(hours=1))[
        0
    ]
    mark_in_error(row=wrong, reason="Cuff", actor=nurse, now=now)
    before = text_of(sign_in(ana.user).get(OWN))
    draft = drafted(encounter, now)
    sign(record=draft, version=draft.version, actor=dr_rao.user, now=now)

    after = text_of(sign_in(ana.user).get(OWN))

    assert "per minute" not in before and "None recorded" in before
    assert "81 per minute" in after
    assert [words for words in ("91 per", "99 per", "Cuff", nurse.get_full_name()) if words in after] == []


def test_the_own_page_costs_the_same_with_1_and_300_rounds(sign_in: Any, ana: Any, now: Any) -> None:
    client, costs = sign_in(ana.user), []
    for count in (1, 3, 300):
        many(ana, HEART_RATE, count, now - timedelta(days=count))
        costs.append(queries(client, OWN)[0])

    assert costs[1] == costs[2] <= 6
    assert costs[0] <= costs[1]


def test_own_pages_go_on_and_end(sign_in: Any, ana: Any, now: Any) -> None:
    many(ana, HEART_RATE, 25, now)
    client = sign_in(ana.user)

    assert len(client.get(OWN, {"page": "2"}).context["shown"][0]["table"].rounds) == 5
    assert [client.get(OWN, {"page": number}).url for number in ("3", "x")] == [OWN, OWN]
