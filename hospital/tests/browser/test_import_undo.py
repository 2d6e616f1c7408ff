"""Taking a load back by its page."""

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import LoadBatch, Patient, User
from accounts.tests.loads import GOOD, loaded
from hospital.tests.browser.test_import import look, press

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_load_is_undone_by_its_page(
    visitor: Any, client: Any, admin: User, tmp_path: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    client.force_login(admin)
    batch = loaded(client, GOOD)
    page = visitor(user=admin)
    page.goto(f"/admin/accounts/loadbatch/{batch.public_id}/result/")
    press(page, "Undo this load")
    look(page, "Undo this load")
    press(page, "Undo this load")
    expect(page.get_by_role("alert")).to_contain_text("Say why this load is undone")
    page.get_by_label("Why this load is undone").fill("The wrong file")
    press(page, "Undo this load")
    look(page, "Step 5 of 5")

    expect(page.get_by_role("status")).to_contain_text("Undone on")
    assert Patient.objects.count() == 0
    assert LoadBatch.objects.get().status == "undone"
