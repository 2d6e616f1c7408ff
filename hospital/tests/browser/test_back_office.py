"""The back office for axe (ux 2.1), at a desk and on a phone, with its console and its policy watched."""

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import Doctor, Patient, User
from hospital.tests.browser.accessibility import OPTIONS, TAGS, violations
from scheduling.models import AppointmentType

# The rules of WCAG without axe's own advice: stock pages name their search box by a picture. What axe would fetch
# besides, the policy of the page refuses.
RULES = OPTIONS | {"preload": False, "runOnly": {"type": "tag", "values": TAGS[:-1]}}
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("open_hospital")]


def found(page: Page, *addresses: str) -> list[str]:
    faults: list[str] = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        page.wait_for_function("!document.querySelector('[role=combobox][aria-labelledby]')")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{width}: {fault}" for fault in violations(page, RULES)]
    return faults


@pytest.mark.looks
def test_lists_and_forms_have_nothing_for_axe(
    visitor: Any, admin: User, dr_rao: Doctor, ana: Patient, kind: AppointmentType
) -> None:
    lists = [f"/admin/{name}/" for name in ("accounts/doctor", "accounts/patient", "scheduling/appointment")]
    doctor = f"/admin/accounts/doctor/{dr_rao.pk}"
    forms = [
        f"{doctor}/change/",
        f"{doctor}/delete/",
        f"{doctor}/history/",
        "/admin/scheduling/appointment/add/",
    ]

    assert found(visitor(user=admin), "/admin/", *lists, *forms) == []
