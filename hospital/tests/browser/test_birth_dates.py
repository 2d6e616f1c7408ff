"""A date of birth is the same day in every browser, wherever it stands."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Doctor, Patient
from clinical.tests.factories import signed
from hospital.tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_no_browser_shifts_the_day(
    zone: str, visitor: Visitor, transactional_db: Any, dr_rao: Doctor, ana: Patient
) -> None:
    record = signed(dr_rao, ana, timezone.now() - timedelta(days=1))
    page = visitor(user=dr_rao.user, timezone_id=zone)

    banners = []
    for url in (reverse("clinical:chart", args=[ana.public_id]), record.get_absolute_url()):
        page.goto(url)
        banners.append(page.locator(".banner").inner_text())
    page.goto(reverse("clinical:patient-list"))
    listed = page.get_by_role("main").inner_text()

    assert all("17-May-1980" in banner for banner in banners)
    assert "17 May 1980" in listed
