"""What patients read of their results, and what lists of results cost."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.tests.pages import queries, text_of
from clinical.models import LabResult
from clinical.services.results import review_result
from clinical.services.rows import mark_in_error
from clinical.tests.factories import started
from clinical.tests.measured import AFTER_DAYS, AT_ONCE, NEVER, fix, ordered, reported, step

OWN = reverse("clinical:own-results")
STEPS = ["report", "correct", "review", "release", "cancel", "in-error"]


def section(patient: Any) -> str:
    return reverse("clinical:chart-results", args=[patient.public_id])


def page(name: str, row: Any) -> str:
    return reverse(f"clinical:result-{name}", args=[row.public_id])


def shown(context: Any) -> list[Any]:
    return [result.value_quantity for one in context["shown"] for result in one["page"]]


def test_the_patient_reads_what_is_released_and_learns_of_what_waits(
    sign_in: Any, ana: Any, ben: Any, dr_rao: Any, doctor: Any, now: Any
) -> None:
    started(dr_rao, ben, now + timedelta(hours=3))
    reported(ana, doctor, now, "4.1", display="Sodium", **AT_ONCE)
    fix(reported(ana, doctor, now, "8.8", display="Calcium", **AT_ONCE), doctor, now, "2.4")
    reported(ana, doctor, now, "7.7", display="Troponin")
    reported(ana, doctor, now, "7.6", display="Ferritin", **AFTER_DAYS)
    reported(ana, doctor, now, "7.5", display="Lithium", **NEVER)
    ordered(ana, doctor, now, display="Glucose")
    wrong = reported(ana, doctor, now, "7.4", display="Zinc", **AT_ONCE)
    mark_in_error(row=wrong, reason="Mixed", actor=doctor, now=now)
    reported(ben, doctor, now, "7.3", display="Iron", **AT_ONCE)

    answer = sign_in(ana.user).get(OWN)

    page_text = text_of(answer)
    secrets = [
        "8.8",
        "Troponin",
        "7.7",
        "Ferritin",
        "7.6",
        "Lithium",
        "7.5",
        "Glucose",
        "Zinc",
        "7.4",
        "Iron",
        "Mixed",
    ]
    assert set(shown(answer.context)) == {Decimal("4.1"), Decimal("2.4")}
    assert "Corrected on 11 January 2027" in page_text and "3.5 to 5.1 mmol/L" in page_text
    assert "2 results of 11 January 2027 are waiting. Your doctor will release these results." in page_text
    assert [words for words in secrets if words in page_text] == []


def test_lists_cost_the_same_with_1_and_3_and_300_results(
    sign_in: Any, ana: Any, doctor: Any, now: Any
) -> None:
    chart, own = [], []
    for count in (1, 2, 297):
        rows = [
            LabResult(
                patient=ana,
                display=f"Test {number}",
                value_quantity=1,
                status="final",
                taken_at=now,
                released_at=now,
                reviewed_by=doctor,
                reviewed_at=now,
                recorded_by=doctor,
            )
            for number in range(count)
        ]
        LabResult.objects.bulk_create(rows)
        chart.append(queries(sign_in(doctor), section(ana))[0])
        own.append(queries(sign_in(ana.user), OWN)[0])

    assert (chart, own) == ([7] * 3, [7] * 3)


def test_pages_of_twenty_and_none_beyond(sign_in: Any, ana: Any, doctor: Any, now: Any) -> None:
    for number in range(21):
        step(review_result, reported(ana, doctor, now, display=f"Test {number}"), doctor, now)
    staff = [sign_in(doctor).get(section(ana), {"page": number}) for number in ("2", "3", "x")]
    own = [sign_in(ana.user).get(OWN, {"page": number}) for number in ("2", "3", "x")]

    assert len(staff[0].context["page_obj"]) == 1 and len(shown(own[0].context)) == 1
    assert [answer.url for answer in staff[1:] + own[1:]] == [section(ana)] * 2 + [OWN] * 2
