"""The pages of the allergies: who sees what, what a click does, and at which cost."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, PatientAccess
from accounts.roles import Role
from accounts.tests.factories import UserFactory
from accounts.tests.pages import queries
from clinical.models import Allergy
from clinical.services.allergies import add_allergy, change_allergy
from clinical.services.rows import mark_in_error
from clinical.tests.factories import started

OWN = reverse("clinical:own-allergies")
WRITTEN = {
    "display": "Penicillin",
    "category": "medication",
    "criticality": "high",
    "verification": "confirmed",
}


def url(name: str, row: Any) -> str:
    return reverse(f"clinical:{name}", args=[row.public_id])


def add(visit: Any, now: Any, display: str = "Penicillin", **facts: Any) -> Allergy:
    return add_allergy(patient=visit.patient, display=display, actor=visit.doctor.user, now=now, **facts)


@pytest.fixture
def penicillin(encounter: Any, now: Any) -> Allergy:
    return add(encounter, now, reactions=[("Hives", "severe")])


def form(client: Any, address: str) -> dict[str, str]:
    """What the hidden fields of the form carry."""
    fields = client.get(address).context["form"]
    return {name: fields[name].value() for name in ("key", "version") if name in fields.fields}


def test_nobody_asked_yet(sign_in: Any, encounter: Any) -> None:
    text = sign_in(encounter.doctor.user).get(url("chart-allergies", encounter.patient)).content.decode()

    assert "Allergies: not asked" in text
    assert "Asked now: no known allergies" in text


def test_a_doctor_adds_an_allergy_with_reactions(sign_in: Any, encounter: Any) -> None:
    client, address = sign_in(encounter.doctor.user), url("allergy-add", encounter.patient)
    sent = form(client, address) | WRITTEN | {"manifestation_1": "Hives", "severity_1": "severe"}

    answers = [client.post(address, sent) for _time in range(2)]

    assert [answer.url for answer in answers] == [url("chart-allergies", encounter.patient)] * 2
    row = Allergy.objects.get()
    assert (row.display, row.criticality, row.system) == ("Penicillin", "high", "")
    assert list(row.reactions.values_list("manifestation", "severity")) == [("Hives", "severe")]


def test_words_that_no_class_knows_are_named(sign_in: Any, encounter: Any) -> None:
    client, address = sign_in(encounter.doctor.user), url("allergy-add", encounter.patient)

    text = client.post(address, form(client, address) | WRITTEN | {"display": "Blue pills"}, follow=True)

    assert text.content.decode().count("checks of prescriptions do not know") == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"display": ""}, "Write what the patient does not tolerate."),
        ({"display": "NKDA"}, "Use the button"),
        ({"onset_date": "2030-01-01"}, "This day has not come yet."),
        ({"severity_1": "mild"}, "Write what happened"),
        ({"code": "12 34"}, "6 to 18 digits"),
        ({"display": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_does_not_fit_is_said_and_kept(sign_in: Any, encounter: Any, changes: Any, words: str) -> None:
    client, address = sign_in(encounter.doctor.user), url("allergy-add", encounter.patient)

    answer = client.post(address, form(client, address) | WRITTEN | changes)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Allergy.objects.exists()


def test_what_is_over_is_asked_about_and_made_active_again(sign_in: Any, penicillin: Any, now: Any) -> None:
    over = {"clinical_status": "resolved", "status_reason": "Tolerated"}
    change_allergy(allergy=penicillin, version=1, values=over, actor=penicillin.recorded_by, now=now)
    client, address = sign_in(penicillin.recorded_by), url("allergy-add", penicillin.patient)
    sent = form(client, address) | WRITTEN

    asked = client.post(address, sent)
    answer = client.post(address, sent | {"twin": "again"})

    text = asked.content.decode()
    assert "This was on the list before" in text and 'name="display" value="Penicillin"' in text
    assert answer.url == url("chart-allergies", penicillin.patient)
    assert list(Allergy.objects.active()) == [penicillin]


@pytest.mark.usefixtures("penicillin")
def test_a_twin_is_refused_in_words(sign_in: Any, encounter: Any) -> None:
    client, address = sign_in(encounter.doctor.user), url("allergy-add", encounter.patient)

    answer = client.post(address, form(client, address) | WRITTEN)

    assert answer.status_code == 422
    assert "“Penicillin” is on the list already" in answer.content.decode()


def test_the_button_notes_that_there_are_none(sign_in: Any, encounter: Any) -> None:
    client, page = sign_in(encounter.doctor.user), url("chart-allergies", encounter.patient)
    key = client.get(page).context["key"]

    for _time in range(2):
        assert client.post(url("allergy-none-known", encounter.patient), {"key": key}).url == page

    assert Allergy.objects.none_known().count() == 1
    assert "No known allergies (confirmed 11 January 2027, Asha Rao)" in client.get(page).content.decode()


@pytest.mark.usefixtures("penicillin")
def test_the_button_is_refused_beside_an_allergy(sign_in: Any, encounter: Any) -> None:
    client = sign_in(encounter.doctor.user)

    answer = client.post(url("allergy-none-known", encounter.patient), {"key": "no key"}, follow=True)

    assert "There is an allergy on the list" in answer.content.decode()
    assert "Asked now" not in answer.content.decode()


def test_a_change_is_version_checked(sign_in: Any, penicillin: Any, now: Any) -> None:
    client, address = sign_in(penicillin.recorded_by), url("allergy-change", penicillin)
    sent = form(client, address) | {
        "clinical_status": "active",
        "verification": "confirmed",
        "criticality": "low",
    }
    change_allergy(
        allergy=penicillin, version=1, values={"criticality": "high"}, actor=penicillin.recorded_by, now=now
    )

    answer = client.post(address, sent)

    assert answer.status_code == 409
    penicillin.refresh_from_db()
    assert penicillin.criticality == "high"


def test_ruling_out_asks_for_the_reason(sign_in: Any, penicillin: Any) -> None:
    client, address = sign_in(penicillin.recorded_by), url("allergy-change", penicillin)
    sent = form(client, address) | {
        "clinical_status": "active",
        "verification": "refuted",
        "criticality": "low",
    }

    refused = client.post(address, sent)
    answer = client.post(address, sent | {"status_reason": "Tolerated a full course"})

    assert "Say why it no longer warns" in refused.content.decode()
    assert answer.url == url("chart-allergies", penicillin.patient)
    assert not Allergy.objects.active().exists()


def test_a_reaction_is_added_later(sign_in: Any, penicillin: Any) -> None:
    client = sign_in(penicillin.recorded_by)

    client.post(url("allergy-reaction", penicillin), {"manifestation": "Vomiting", "severity": "mild"})

    assert list(penicillin.reactions.values_list("manifestation", flat=True)) == ["Hives", "Vomiting"]


def test_a_mistake_is_struck_through_and_changes_no_more(sign_in: Any, penicillin: Any) -> None:
    client = sign_in(penicillin.recorded_by)

    client.post(url("allergy-in-error", penicillin), {"reason": "Of another patient"})

    text = client.get(url("chart-allergies", penicillin.patient)).content.decode()
    assert "row-card--void" in text and "Of another patient" in text
    assert client.get(url("allergy-change", penicillin)).status_code == 404


def test_a_form_of_another_patient_is_a_conflict(sign_in: Any, encounter: Any, ben: Any) -> None:
    client, address = sign_in(encounter.doctor.user), url("allergy-add", encounter.patient)

    answer = client.post(address, form(client, address) | WRITTEN | {"patient": ben.public_id})

    assert (answer.status_code, Allergy.objects.count()) == (409, 0)


PAGES = ["allergy-change", "allergy-reaction", "allergy-in-error"]


@pytest.mark.parametrize(
    ("who", "status"), [("dr_lee", 404), ("nurse", 403), ("ana_user", 403), ("reception", 403)]
)
def test_others_do_not_write(sign_in: Any, penicillin: Any, who: str, status: int, request: Any) -> None:
    actor = request.getfixturevalue(who)
    client = sign_in(getattr(actor, "user", None) or actor)
    rows = [url(name, penicillin) for name in PAGES]
    lists = [url(name, penicillin.patient) for name in ("allergy-add", "allergy-none-known")]

    answers = [client.post(address, WRITTEN | {"reason": "a"}).status_code for address in rows + lists]

    assert answers == [status] * 5
    assert list(Allergy.objects.active()) == [penicillin]


def test_a_nurse_of_the_department_reads_and_does_not_write(
    sign_in: Any, penicillin: Any, nurse: Any
) -> None:
    text = sign_in(nurse).get(url("chart-allergies", penicillin.patient)).content.decode()

    assert "Penicillin" in text and "severe" in text
    assert url("allergy-change", penicillin) not in text


def test_a_nurse_of_another_department_sees_nothing(sign_in: Any, penicillin: Any, dermatology: Any) -> None:
    other = UserFactory(email="other@example.org", role=Role.NURSE, department=dermatology)

    assert sign_in(other).get(url("chart-allergies", penicillin.patient)).status_code == 404


def test_reading_is_noted(sign_in: Any, penicillin: Any) -> None:
    sign_in(penicillin.recorded_by).get(url("chart-allergies", penicillin.patient))

    event = AuditEvent.objects.order_by("-pk").first()
    assert (event.action, event.patient, event.reason) == (
        "read",
        penicillin.patient,
        "clinical:chart-allergies",
    )


@pytest.mark.usefixtures("penicillin")
def test_the_patient_reads_own_allergies_and_no_mistakes(
    sign_in: Any, ana_user: Any, encounter: Any, dr_rao: Any, ben: Any, now: Any
) -> None:
    add(started(dr_rao, ben, now.replace(hour=12)), now, display="Latex")
    wrong = add(encounter, now, display="Nickel")
    mark_in_error(row=wrong, reason="Ben's", actor=dr_rao.user, now=now)

    text = sign_in(ana_user).get(OWN).content.decode()

    assert all(
        words in text for words in ["Penicillin", "Hives, severe", "Told 11 January 2027", "not known"]
    )
    assert "Latex" not in text and "Nickel" not in text


def test_rows_of_a_visit_under_way_are_not_shown_to_the_patient(
    sign_in: Any, ana_user: Any, encounter: Any, now: Any
) -> None:
    add(encounter, now, encounter=encounter)

    text = sign_in(ana_user).get(OWN).content.decode()

    assert "Penicillin" not in text and "Allergies: not asked" in text


def test_who_acts_for_another_sees_each_person_apart(
    sign_in: Any, penicillin: Any, ana_user: Any, ben: Any, now: Any
) -> None:
    PatientAccess.objects.create(patient=ben, user=ana_user, kind=PatientAccess.Kind.PROXY, starts_at=now)

    shown = sign_in(ana_user).get(OWN).context["shown"]

    assert [(one["patient"], one["active"]) for one in shown] == [
        (penicillin.patient, [penicillin]),
        (ben, []),
    ]


@pytest.mark.usefixtures("penicillin")
def test_a_list_costs_the_same_with_1_and_3_rows(
    sign_in: Any, ana_user: Any, encounter: Any, now: Any
) -> None:
    client, page = sign_in(encounter.doctor.user), url("chart-allergies", encounter.patient)
    one = queries(client, page)[0]
    own = queries(sign_in(ana_user), OWN)[0]
    for words in ("Latex", "Nickel"):
        add(encounter, now, display=words, reactions=[("Rash", "mild")])

    three = queries(sign_in(ana_user), OWN)[0], queries(sign_in(encounter.doctor.user), page)[0]

    assert three == (own, one)
    assert own <= 8 and one <= 14
