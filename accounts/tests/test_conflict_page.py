"""The back office too shows both texts, and sends what was typed once more when the person says so."""

import html
import re
from typing import Any

import pytest

from accounts.models import Doctor
from accounts.tests.office import url
from accounts.tests.test_admin_doctors import DOCTOR

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


@pytest.fixture
def office(client: Any, admin: Any) -> Any:
    client.force_login(admin)
    return client


@pytest.fixture
def form(dr_rao: Doctor) -> dict[str, Any]:
    return DOCTOR | {"department": dr_rao.department.pk, "location": dr_rao.location.pk, "version": 1}


def again(answer: Any) -> dict[str, str]:
    main = answer.content.decode().partition("<main")[2]
    return {name: html.unescape(value) for name, value in HIDDEN.findall(main)}


def test_all_that_was_typed_can_be_saved_over_it(office: Any, form: Any, dr_rao: Doctor) -> None:
    address = url("doctor", "change", dr_rao.pk)
    office.post(address, form | {"given_name": "First"})
    conflict = office.post(address, form | {"given_name": "Second", "specialty": '<Hearts & "lungs">'})

    answer = office.post(address, again(conflict))

    dr_rao.refresh_from_db()
    assert "Save mine over it" in conflict.content.decode()
    assert (answer.status_code, dr_rao.version) == (302, 3)
    assert (dr_rao.given_name, dr_rao.specialty) == ("Second", '<Hearts & "lungs">')


def test_who_saves_between_the_check_and_the_write_gets_both_texts_too(
    office: Any, form: Any, dr_rao: Doctor, monkeypatch: Any
) -> None:
    claim = Doctor.claim_version

    def overtaken(row: Doctor, expected: int) -> None:
        Doctor.objects.filter(pk=row.pk).update(version=2, given_name="First")
        claim(row, expected)

    monkeypatch.setattr(Doctor, "claim_version", overtaken)
    conflict = office.post(url("doctor", "change", dr_rao.pk), form | {"given_name": "Second"})

    rows = {str(label): (mine, theirs) for label, mine, theirs in conflict.context["rows"]}
    assert (conflict.status_code, rows["Given name"]) == (409, ("Second", "First"))
    assert again(conflict)["given_name"] == "Second"
