"""Free times in a house that has no kinds of visit yet."""

from typing import Any

import pytest

from accounts.models import Doctor
from scheduling.tests.schedule.pages import at, said

pytestmark = pytest.mark.usefixtures("frozen")
ADD = '<a class="btn btn-primary" href="/admin/scheduling/appointmenttype/add/">'


def main_of(answer: Any) -> str:
    return str(answer.content.decode().split("<main")[1].split("</main>")[0])


@pytest.mark.parametrize(("who", "offers"), [("reception", False), ("admin", True), ("dr_rao_user", False)])
def test_a_house_without_kinds_of_visit_says_what_is_missing_and_who_adds_it(
    who: str, offers: bool, sign_in: Any, dr_rao: Doctor, request: pytest.FixtureRequest
) -> None:
    """Nobody asked anything wrong, so it is no error."""
    client = sign_in(dr_rao.user if who == "dr_rao_user" else request.getfixturevalue(who))

    for answer in (client.get("/schedule/times/"), client.get(at("times-explained", dr_rao))):
        assert answer.status_code == 200
        assert "There are no kinds of visit yet" in said(answer)
        assert ("An administrator adds them in the back office." in said(answer)) is not offers
        assert (ADD in answer.content.decode()) is offers
        assert "There is a problem" not in said(answer) and "<form" not in main_of(answer)
