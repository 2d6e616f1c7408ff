"""Forms of the chart lose nothing that is typed either, whether in words or in numbers."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from clinical.models import Allergy, Encounter, NoteDraft, VitalSign


@pytest.fixture
def forms(encounter: Encounter) -> dict[str, tuple[str, dict[str, str]]]:
    """By kind of row: where its form stands, and something typed in it."""
    patient = encounter.patient.public_id
    return {
        "allergy": (reverse("clinical:allergy-add", args=[patient]), {"display": "Half a subst"}),
        "vital": (reverse("clinical:vitals-add", args=[encounter.public_id]), {"position": "sitting"}),
        "problem": (reverse("clinical:condition-add", args=[patient]), {"display": "Half a prob"}),
    }


@pytest.mark.parametrize("kind", ["allergy", "vital", "problem"])
def test_what_was_typed_comes_back_after_the_sign_in_ended(
    kind: str, forms: dict[str, Any], dr_rao: Any, sign_in: Any, client: Any
) -> None:
    url, typed = forms[kind]
    marks = sign_in(dr_rao.user).get(url).context["request"].typing
    Session.objects.all().delete()

    wall = client.post(url, typed | {"typed_by": marks.mark, "window": marks.window.mark})
    form = sign_in(dr_rao.user).get(url).context["form"]

    assert "/login/" in wall.url
    assert {name: form[name].value() for name in typed} == typed
    assert (Allergy.objects.count(), VitalSign.objects.count()) == (0, 0)


def test_what_was_saved_is_not_offered_again(
    forms: dict[str, Any], dr_rao: Any, sign_in: Any, encounter: Encounter
) -> None:
    client, (url, _typed) = sign_in(dr_rao.user), forms["problem"]
    page = client.get(url).context
    marks = page["request"].typing
    told = {"typed_by": marks.mark, "window": marks.window.mark, "key": page["form"]["key"].value()}
    client.post(reverse("clinical:typing-keep"), told | {"display": "Go"})
    assert NoteDraft.objects.count() == 1

    answer = client.post(
        url,
        told
        | {"display": "Gout", "clinical_status": "active", "verification": "confirmed"}
        | {"patient": str(encounter.patient.public_id)},
    )

    assert answer.status_code == 302
    assert NoteDraft.objects.count() == 0
