"""docs/features.md is true: every address it lists is there and opens for the role it names."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import resolve, reverse
from django.utils import timezone

from clinical.tests.factories import signed, started
from scheduling.tests.factories import AppointmentFactory

ROW = re.compile(r"^\| (?P<part>[^|]+) \| `(?P<path>/[^`]*)` \| `(?P<name>[^`]+)` \| (?P<role>\w+) \|$", re.M)
FEATURES = [
    found.groupdict() for found in ROW.finditer(Path(settings.BASE_DIR, "docs/features.md").read_text())
]


def test_the_list_is_read_whole() -> None:
    assert len(FEATURES) == 98


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature["part"])
def test_a_feature_of_the_design_opens_in_its_role(
    feature: dict[str, str], request: Any, client: Any, dr_rao: Any, ana: Any, cardiology: Any
) -> None:
    now = timezone.now()
    visit = AppointmentFactory(doctor=dr_rao, patient=ana, start_at=now + timedelta(days=7))
    record = signed(dr_rao, ana, now - timedelta(days=1))
    parameters = {
        "<doctor>": dr_rao,
        "<patient>": ana,
        "<department>": cardiology,
        "<visit>": visit,
        "<record>": record,
        "<encounter>": started(dr_rao, ana, now - timedelta(hours=2)),
    }
    path = feature["path"]
    for mark, row in parameters.items():
        path = path.replace(mark, str(row.pk if path.startswith("/admin/") else row.public_id))
    actor = {"patient": lambda: ana.user, "doctor": lambda: dr_rao.user, "anyone": lambda: None}.get(
        feature["role"], lambda: request.getfixturevalue(feature["role"])
    )()
    if actor is not None:
        client.force_login(actor)

    answer = client.get(path, follow=True)

    match = resolve(path)
    assert match.view_name == feature["name"]
    assert path == reverse(match.view_name, args=match.args, kwargs=match.kwargs)
    assert answer.status_code == 200


PICTURE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")


@pytest.mark.parametrize("page", ["README.md", "docs/back-office.md", "docs/scheduling.md"])
def test_every_picture_that_a_page_shows_is_there(page: str) -> None:
    path = Path(settings.BASE_DIR, page)

    shown = PICTURE.findall(path.read_text())

    assert shown
    assert [name for name in shown if not path.parent.joinpath(name).is_file()] == []
