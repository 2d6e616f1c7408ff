"""The list of the day: who comes, who waits, on paper and as it changes."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Doctor, Patient, User
from accounts.tests.pages import queries
from scheduling.models import Appointment
from scheduling.services.holds import hold
from scheduling.services.visits import arrive, start
from scheduling.tests.factories import AppointmentFactory, visits_in_a_row
from scheduling.tests.pages import LIST, TUESDAY, listed, rows_of, words_of

pytestmark = pytest.mark.usefixtures("frozen")


def test_the_day_of_sixty_visits_takes_at_most_ten_queries(
    sign_in: Any, dr_rao: Doctor, nine: datetime
) -> None:
    visits_in_a_row(dr_rao, nine - timedelta(hours=8), 60)
    client = sign_in(dr_rao.user)

    asked, answer = queries(client, f"{LIST}?day=2027-01-12")

    assert len(answer.context["rows"]) == 60
    assert asked <= 10


def test_the_day_list_is_the_doctors_own(
    sign_in: Any, booked: Appointment, dr_rao: Doctor, dr_lee: Doctor, reception: User, nurse: User
) -> None:
    query = "?day=2027-01-12"

    seen = {
        user.email: bool(listed(sign_in(user), query))
        for user in (dr_rao.user, dr_lee.user, reception, nurse)
    }

    assert seen == {
        "rao@example.org": True,
        "lee@example.org": False,
        "reception@example.org": True,
        "nurse@example.org": True,
    }


@pytest.mark.parametrize("day", ["", "nonsense", "2027-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_today(day: str, sign_in: Any, reception: User) -> None:
    page = sign_in(reception).get(f"{LIST}?day={day}").content.decode()

    assert "Monday 11 January 2027: 0 visits" in page


def test_an_overlap_is_marked_on_the_day(sign_in: Any, booked: Appointment, dr_rao: Doctor) -> None:
    AppointmentFactory(
        doctor=dr_rao,
        start_at=booked.start_at + timedelta(minutes=10),
        doctor_overlap_allowed=True,
        overlap_reason="Emergency",
    )

    page = sign_in(dr_rao.user).get(f"{LIST}?day=2027-01-12").content.decode()

    assert page.count("Overlaps the visit before") == 1


# What a row says


def test_a_row_says_who_comes_and_why(
    sign_in: Any, booked: Appointment, dr_rao: Doctor, ana: Patient
) -> None:
    Appointment.objects.update(patient_reason="Chest pain on stairs")

    words = words_of(sign_in(dr_rao.user).get(TUESDAY))

    told = ["9am", "Ana Silva", "46 years", "Female", f"MRN {ana.grouped_mrn}", "Consultation", "Booked"]
    assert [part for part in [*told, "Chest pain on stairs"] if part not in words] == []


def test_a_long_reason_is_cut(sign_in: Any, booked: Appointment, dr_rao: Doctor) -> None:
    Appointment.objects.update(patient_reason="x" * 500)

    page = sign_in(dr_rao.user).get(TUESDAY).content.decode()

    assert "x" * 79 + "…" in page
    assert "x" * 80 not in page


def test_waiting_is_counted_from_the_arrival(
    sign_in: Any, booked: Appointment, dr_rao: Doctor, frozen: Any, now: datetime
) -> None:
    client = sign_in(dr_rao.user)
    arrive(appointment=booked, actor=dr_rao.user, now=now)

    frozen.move_to(now + timedelta(minutes=12, seconds=40))
    waits = words_of(client.get(TUESDAY))
    start(appointment=booked, actor=dr_rao.user, now=now + timedelta(minutes=20))
    frozen.move_to(now + timedelta(minutes=50))
    waited = words_of(client.get(TUESDAY))

    assert ("Waiting 12 minutes" in waits, "Average wait" in waits) == (True, False)
    assert ("waited 20 minutes" in waited, "Average wait: 20 minutes" in waited) == (True, True)


def test_the_average_wait_is_of_those_who_were_let_in(sign_in: Any, dr_rao: Doctor, nine: datetime) -> None:
    for visit, minutes in zip(visits_in_a_row(dr_rao, nine, 4), (10, 21, None, 90), strict=True):
        begun = nine + timedelta(minutes=minutes) if minutes and minutes < 90 else None
        Appointment.objects.filter(pk=visit.pk).update(
            status="arrived" if minutes == 90 else "fulfilled",
            arrived_at=nine if minutes else None,
            started_at=begun,
        )

    assert "Average wait: 15 minutes" in words_of(sign_in(dr_rao.user).get(TUESDAY))


def test_whoever_is_choosing_a_time_and_mistakes_are_not_shown(
    sign_in: Any, order: dict[str, Any], reception: User, nine: datetime
) -> None:
    hold(**order)
    for number, status in enumerate(("expired", "entered-in-error", "cancelled", "noshow", "pending"), 1):
        AppointmentFactory(doctor=order["doctor"], start_at=nine + timedelta(hours=number), status=status)

    shown = rows_of(sign_in(reception))

    assert shown.count("<tr id=") == 3
    assert {word for word in ("Held", "Expired", "Entered in error") if word in shown} == set()


# Paper


def test_the_list_is_printed_without_names(
    sign_in: Any, booked: Appointment, dr_rao: Doctor, ana: Patient
) -> None:
    Appointment.objects.update(patient_reason="Ana's knee")

    page = sign_in(dr_rao.user).get(f"{TUESDAY}&names=initials&print=1").content.decode()

    table = page.split("<table")[1].split("</table>")[0]
    assert "<bdi>A. S.</bdi>" in table
    assert [word for word in ("Ana", "Silva", ana.mrn, ana.grouped_mrn) if word in table] == []


def test_the_sheet_says_whose_day_it_is(
    sign_in: Any, booked: Appointment, reception: User, settings: Any
) -> None:
    settings.HOSPITAL_NAME = "Saint Mary"
    client, one = sign_in(reception), f"&doctor={booked.doctor.public_id}"

    heads = [client.get(TUESDAY + query).content.decode().split("<thead>")[1] for query in ("", one)]

    told = [" ".join(re.sub(r"<[^>]+>", " ", head.split("</tr>")[0]).split()) for head in heads]
    when = "Tuesday 12 January 2027 Printed 11 January 2027, 8am, by"
    assert told[0].startswith(f"Saint Mary , all doctors, {when}")
    assert told[1].startswith(f"Saint Mary , Dr Asha Rao , {when}")


def test_the_script_prints_only_when_asked(sign_in: Any, booked: Appointment, reception: User) -> None:
    client = sign_in(reception)

    pages = [client.get(TUESDAY + query).content.decode() for query in ("", "&print=1")]

    assert ["data-print" in page for page in pages] == [False, True]
    assert 'href="?day=2027-01-12&amp;print=1&amp;names=initials"' in pages[0]


# Changes


def stamps(client: Any, query: str = "?day=2027-01-12") -> tuple[str, str]:
    """What the page carries, and what the address it asks says."""
    page = client.get(LIST + query).content.decode()
    address, carried = re.search(r'data-changes="([^"]+)" data-stamp="(\w+)"', page).groups()  # type: ignore[union-attr]
    return carried, client.get(address.replace("&amp;", "&")).content.decode()


def test_the_page_knows_when_the_list_has_changed(
    sign_in: Any, booked: Appointment, reception: User, nine: datetime, now: datetime
) -> None:
    client, seen = sign_in(reception), []

    seen.append(stamps(client))
    arrive(appointment=booked, actor=reception, now=now)
    seen.append(stamps(client))
    AppointmentFactory(doctor=booked.doctor, start_at=nine + timedelta(hours=2))
    seen.append(stamps(client))
    AppointmentFactory(doctor=booked.doctor, start_at=nine + timedelta(days=2))
    seen.append(stamps(client))

    assert [carried == asked for carried, asked in seen] == [True] * 4
    assert len({carried for carried, _ in seen[:3]}) == 3
    assert seen[2] == seen[3]


def test_the_stamp_is_of_the_list_that_is_shown(
    sign_in: Any, booked: Appointment, dr_lee: Doctor, reception: User, nine: datetime
) -> None:
    client, one = sign_in(reception), f"?day=2027-01-12&doctor={booked.doctor.public_id}"
    before = stamps(client, one)

    AppointmentFactory(doctor=dr_lee, start_at=nine)

    assert stamps(client, one) == before
    assert before[0] == before[1]


def test_asking_for_changes_reads_only_what_is_ones_own(
    sign_in: Any, booked: Appointment, dr_lee: Doctor, privacy: User
) -> None:
    asked = f"{reverse('scheduling:day-changes')}?day=2027-01-12"
    empty = sign_in(dr_lee.user).get(f"{asked[:-2]}13").content

    assert sign_in(dr_lee.user).get(asked).content == empty
    assert sign_in(privacy).get(asked).status_code == 403
