"""The work desk: every number is what its list shows, to each role its own, and what calls says so in a word."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Backup, Doctor, LoadBatch, User
from accounts.models.audit import ACTIONS
from accounts.tests.factories import PatientFactory
from accounts.tests.pages import queries, text_of
from hospital.desk import tools as toolbox
from hospital.desk.figures import Figure
from hospital.desk.privacy import LOOKED_AT
from hospital.reports.visits import STATES
from hospital.tests.desk_world import draft, everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
STAFF = ["admin", "reception", "privacy"]
MOST_QUERIES = 30
TODAY = [(str(status.label), 1) for status in STATES]
VISITS = [
    ("Visits to approve", 1),
    ("Booked while the doctor is away", 1),
    # Waiting for approval and booked, in the hours; the one of the evening is outside.
    ("Booked outside the hours", 1),
]
FILES = [("Changes of details to look at", 1), ("Possible twins", 1)]
# Numbers by hand from `everything`.
EXPECTED = {
    "admin": [
        *TODAY,
        *VISITS,
        ("Booked with doctors who have left", 1),
        ("Notes unsigned for over 48 hours", 1),
        ("Unsigned notes", 2),
        ("Results to review", 1),
        ("Corrections of notes asked for", 1),
        *FILES,
        ("Failed messages", 1),
        ("Loads running", 2),
        ("Loads waiting to begin", 2),
        ("Loads being prepared", 2),
        ("Loads stopped half-way", 2),
        ("Loads refused in the last 7 days", 1),
    ],
    "reception": [*TODAY, *VISITS, *FILES],
    "privacy": [
        ("Emergency access, last 7 days", 1),
        ("Emergency access that is open", 1),
        ("People acting for a patient", 1),
        # And the signature of the record that `records` signs.
        ("Everything noted today", 9),
        *((str(ACTIONS[action]), 2) for action in LOOKED_AT),
        ("Corrections of notes asked for", 1),
    ],
}


@pytest.fixture
def now() -> datetime:
    """A Monday years ahead: triggers note by the clock of the machine, and none of that is of this week."""
    return datetime(2041, 1, 14, 8, tzinfo=UTC)


def desk(client: Client, user: User) -> Any:
    client.force_login(user)
    answer = client.get("/admin/")
    assert answer.status_code == 200
    return answer


def numbers(answer: Any, *, people: bool = False) -> list[tuple[str, int]]:
    shown = [one for one in answer.context["figures"] if (str(one.group) == "People") == people]
    return [(str(figure.label), figure.number) for figure in shown]


@pytest.mark.parametrize("who", STAFF)
def test_every_number_is_what_its_list_shows(who: str, request: Any, client: Client) -> None:
    everything()
    figures: list[Figure] = desk(client, request.getfixturevalue(who)).context["figures"]

    proven = {str(figure.label): client.get(figure.url) for figure in figures}

    lists = {label: answer.context["cl"] for label, answer in proven.items()}
    assert {label: shown.queryset.count() for label, shown in lists.items()} == {
        str(figure.label): figure.number for figure in figures
    }
    assert [shown.how_many for shown in lists.values()] == [
        next(one.shown for one in figures if str(one.label) == label) for label in lists
    ]


@pytest.mark.parametrize("who", STAFF)
def test_a_role_sees_the_numbers_of_its_work_and_no_other(who: str, request: Any, client: Client) -> None:
    everything()

    assert numbers(desk(client, request.getfixturevalue(who))) == EXPECTED[who]


@pytest.mark.parametrize("who", STAFF)
def test_every_figure_stands_on_the_page_once_with_its_link(who: str, request: Any, client: Client) -> None:
    everything()
    answer = desk(client, request.getfixturevalue(who))

    found = re.findall(r'<a href="([^"]+)"[^>]*>\s*<strong>([^<]+)</strong>', answer.content.decode())

    wanted = [(figure.url.replace("&", "&amp;"), figure.shown) for figure in answer.context["figures"]]
    assert sorted(found) == sorted(wanted)


def test_a_note_is_late_only_after_48_hours(
    client: Client, admin: User, dr_rao: Doctor, now: datetime, frozen: Any
) -> None:
    draft(dr_rao, now - timedelta(hours=48))

    on_time = dict(numbers(desk(client, admin)))
    listed = client.get("/admin/clinical/medicalrecord/?signature=late").context["cl"].result_count
    frozen.move_to(now + timedelta(seconds=1))
    late = dict(numbers(desk(client, admin)))

    assert [found["Notes unsigned for over 48 hours"] for found in (on_time, late)] == [0, 1]
    assert [found["Unsigned notes"] for found in (on_time, late)] == [1, 1]
    assert listed == 0


def test_a_refused_load_is_told_of_for_a_week(
    client: Client, admin: User, now: datetime, frozen: Any
) -> None:
    LoadBatch.objects.create(kind="patients", source="x", status="refused", started_at=now)

    frozen.move_to(now + timedelta(days=7))
    at_the_end = dict(numbers(desk(client, admin)))
    frozen.move_to(now + timedelta(days=7, seconds=1))
    after = dict(numbers(desk(client, admin)))

    assert [found["Loads refused in the last 7 days"] for found in (at_the_end, after)] == [1, 0]


@pytest.mark.parametrize("who", STAFF)
def test_an_empty_house_says_in_words_that_nothing_waits(who: str, request: Any, client: Client) -> None:
    answer = desk(client, request.getfixturevalue(who))

    assert "Nothing waits for you." in text_of(answer)
    assert [figure for figure in answer.context["figures"] if figure.needs_action] == []


def test_what_calls_says_so_in_a_word_and_what_does_not_is_folded_away(
    client: Client, admin: User, dr_rao: Doctor, now: datetime
) -> None:
    Backup.objects.create(path="x", status="finished", digest="d", started_at=now, finished_at=now)
    draft(dr_rao, now)

    page = desk(client, admin).content.decode()

    calling = re.findall(r'<a href="[^"]+" class="calls">(.*?)</a>', page, re.S)
    assert [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in calling] == ["1 Unsigned notes To do"]
    folded = re.search(r"<details>(.*?)</details>", page, re.S)[1]
    assert "Failed messages" in folded and "Unsigned notes</span>" not in folded
    assert "Nothing waits for you." not in page


@pytest.mark.parametrize(
    ("age", "status", "words", "calls"),
    [
        (None, "", "There is none: take one now", True),
        (timedelta(hours=3), "finished", "3 hours ago", False),
        (timedelta(days=1), "finished", "1 day ago", False),
        (timedelta(days=1, seconds=1), "finished", "1 day ago", True),
        (timedelta(hours=3), "failed", "There is none: take one now", True),
        (timedelta(hours=3), "running", "There is none: take one now", True),
    ],
)
def test_the_desk_tells_the_age_of_the_last_good_backup(
    age: timedelta | None, status: str, words: str, calls: bool, client: Client, admin: User, now: datetime
) -> None:
    if age is not None:
        times = {"started_at": now - age, "finished_at": now - age if status == "finished" else None}
        Backup.objects.create(path="x", status=status, digest="d", **times)

    answer = desk(client, admin)

    fact = next(one for one in answer.context["facts"] if str(one.label) == "Last good backup")
    assert (str(fact.words).replace("\xa0", " "), fact.needs_action) == (words, calls)
    assert words in text_of(answer)
    if fact.url:
        assert client.get(fact.url).status_code == 200


def test_the_last_load_that_went_well_is_named_with_its_page(
    client: Client, admin: User, now: datetime
) -> None:
    for hours, status in [(5, "finished"), (2, "finished"), (1, "refused")]:
        at = now - timedelta(hours=hours)
        LoadBatch.objects.create(kind="patients", source=f"{hours}.csv", status=status, finished_at=at)

    fact = desk(client, admin).context["facts"][0]

    assert str(fact.words).replace("\xa0", " ") == "2 hours ago"
    assert "2.csv" in client.get(fact.url, follow=True).content.decode()


@pytest.mark.parametrize("who", ["reception", "privacy"])
def test_loads_and_backups_are_the_administrators(who: str, request: Any, client: Client) -> None:
    everything()

    answer = desk(client, request.getfixturevalue(who))

    assert (answer.context["facts"], answer.context["charts"]) == ([], [])
    assert "backup" not in text_of(answer).lower()


def test_whoever_looks_on_as_the_privacy_officer_sees_none_of_the_audit(client: Client, admin: User) -> None:
    everything()
    client.force_login(admin)
    began = client.post(reverse("accounts:see-as"), {"role": "privacy", "reason": "no number is found"})
    assert began.status_code == 302

    answer = client.get("/admin/")

    assert "Noted in the past 7 days" not in text_of(answer)
    assert {"Read", "People acting for a patient"} & {
        str(one.label) for one in answer.context["figures"]
    } == set()
    assert "You are looking on as Privacy officer" in text_of(answer)


@pytest.mark.parametrize("who", STAFF)
def test_every_tool_opens_for_the_role_that_sees_it(who: str, request: Any, client: Client) -> None:
    everything()
    answer = desk(client, request.getfixturevalue(who))

    links = re.findall(r'<li><a class="button" href="([^"]+)">', answer.content.decode())

    assert links == [tool.url for tool in answer.context["tools"]]
    assert {client.get(link, follow=True).status_code for link in links} <= {200}


def test_a_tool_without_a_page_is_not_offered(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        toolbox, "TOOLS", [("Gone", "admin:gone", "accounts.view_report"), *toolbox.TOOLS[:1]]
    )

    assert [str(tool.label) for tool in desk(client, admin).context["tools"]] == ["Reports"]


def test_a_number_beyond_what_lists_count_is_told_as_the_list_tells_it(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("accounts.backoffice.paging", "hospital.desk.figures"):
        monkeypatch.setattr(f"{module}.COUNTED", 2)
    for _ in range(5):
        PatientFactory()

    figure = desk(client, admin).context["figures"][-1]

    assert (figure.number, figure.shown) == (3, "more than 2")
    assert client.get(figure.url).context["cl"].how_many == "more than 2"


@pytest.mark.parametrize("who", STAFF)
def test_the_desk_asks_as_often_for_three_of_everything_as_for_one(
    who: str, request: Any, client: Client
) -> None:
    client.force_login(request.getfixturevalue(who))

    everything()
    few, before = queries(client, "/admin/")
    everything()
    everything()
    many, after = queries(client, "/admin/")

    print(f"/admin/ {who}: {many} queries")
    assert few == many <= MOST_QUERIES
    grown = zip(numbers(before), numbers(after), strict=True)
    assert [label for (label, once), (_, thrice) in grown if thrice != 3 * once] == []
