"""The desk's pages about changes of details that patients ask for."""

import pytest

from accounts.models import AuditEvent, DetailsChange, Message, Patient
from accounts.services import archiving
from accounts.tests.factories import PatientFactory
from accounts.tests.office import told, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
LIST, ROW = url("detailschange"), "detailschange"


@pytest.fixture
def wish(ana):
    def make(field="city", wanted="York", patient=ana, **more):
        facts = {"field": field, "wanted": wanted, "patient": patient, "requested_by": ana.user}
        return DetailsChange.objects.create(**facts | more)

    return make


def answered(change, **decisions):
    """The form with one decision a wish, written as `city="accept"` or `city=("reject", "No proof")`."""
    sent = {"version": change.patient.version}
    for row in change.patient.details_changes.open():
        decision, reason = decisions.get(row.field, "later"), ""
        if isinstance(decision, tuple):
            decision, reason = decision
        sent |= {f"decision-{row.pk}": decision, f"reason-{row.pk}": reason}
    return sent


def states(patient):
    rows = patient.details_changes.order_by("pk")
    return {row.field: (row.status, row.reason) for row in rows}


def test_the_list_shows_open_wishes_first_as_people_write_them(client, reception, wish, now):
    done = wish("state", "Kent", status="rejected", reason="r", decided_by=reception, decided_at=now)
    phone, born = wish("phone", "+442079460999", old="+442079460123"), wish("birth_date", "1980-05-18")
    client.force_login(reception)

    answer = client.get(LIST)

    assert list(answer.context["cl"].result_list) == [born, phone, done]
    for words in ("18 May 1980", "+44 20 7946 0999", "+44 20 7946 0123", "Ana Silva"):
        assert words in answer.content.decode()


def test_the_page_shows_each_field_as_it_stands_as_it_was_seen_and_as_it_should_be(client, reception, wish):
    row = wish("phone", "+442079460999", old="+442079460123")
    wish("birth_date", "1980-05-18", old="1980-05-17")
    Patient.objects.update(phone="+442079460777")
    client.force_login(reception)

    answer = client.get(url(ROW, "change", row.pk))

    text = answer.content.decode()
    for words in ("+44 20 7946 0777", "+44 20 7946 0123", "+44 20 7946 0999", "17 May 1980", "18 May 1980"):
        assert words in text
    questions = list(answer.context["form"].questions())
    assert [(one.change.field, one.has_moved) for one in questions] == [
        ("phone", True),
        ("birth_date", False),
    ]
    assert text.count("The file was changed after the patient looked at it") == 1


def test_what_stands_already_is_told_so(client, reception, wish):
    row = wish()
    Patient.objects.update(city="York")
    client.force_login(reception)

    assert "The file says this already" in client.get(url(ROW, "change", row.pk)).content.decode()


def test_one_press_decides_several_and_leaves_the_rest(client, reception, ana, wish):
    row = wish()
    wish("state", "Kent")
    wish("address", "1 High Street")
    client.force_login(reception)
    sent = answered(row, city="accept", state=("reject", "Not a region"))

    answer = client.post(url(ROW, "change", row.pk), sent, follow=True)

    ana.refresh_from_db()
    assert (ana.city, ana.state, ana.address, ana.version) == ("York", "", "", 2)
    assert states(ana) == {
        "city": ("completed", ""),
        "state": ("rejected", "Not a region"),
        "address": ("requested", ""),
    }
    assert "2 details of Ana Silva" in told(answer)
    assert [change.field for change in answer.context["cl"].result_list] == ["address"]
    assert Message.objects.get(kind="details-reviewed").recipient == ana.user


@pytest.mark.parametrize(
    ("decisions", "words"),
    [
        ({"city": "reject"}, "Say why it is refused"),
        ({"city": ("reject", "  ")}, "Say why it is refused"),
        ({"city": ("reject", "r" * 301)}, "at most 300 characters"),
        ({}, "Accept or refuse at least one"),
        ({"city": "perhaps"}, "Select a valid choice"),
    ],
)
def test_a_form_that_is_not_filled_in_comes_back_in_words(client, reception, ana, wish, decisions, words):
    row = wish()
    client.force_login(reception)

    answer = client.post(url(ROW, "change", row.pk), answered(row, **decisions))

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert states(ana) == {"city": ("requested", "")}


def test_a_file_that_changed_meanwhile_is_shown_and_may_be_written_over(client, reception, ana, wish):
    row = wish("phone", "+442079460999")
    sent = answered(row, phone="accept")
    Patient.objects.filter(pk=ana.pk).update(phone="+442079460777", version=5)
    client.force_login(reception)

    answer = client.post(url(ROW, "change", row.pk), sent)
    text = answer.content.decode()
    ana.refresh_from_db()
    stood = str(ana.phone)
    client.post(url(ROW, "change", row.pk), sent | {"version": answer.context["version"]})

    ana.refresh_from_db()
    assert (answer.status_code, stood) == (409, "+442079460777")
    assert "+44 20 7946 0777" in text
    assert "+44 20 7946 0999" in text
    assert (str(ana.phone), ana.version) == ("+442079460999", 6)


def test_a_wish_that_was_replaced_meanwhile_is_told_so(client, reception, ana, wish):
    row = wish()
    sent = answered(row, city="accept")
    DetailsChange.objects.update(status="cancelled")
    wish(wanted="Hull")
    client.force_login(reception)

    answer = client.post(url(ROW, "change", row.pk), sent, follow=True)

    ana.refresh_from_db()
    assert "asked for something else, meanwhile" in told(answer)
    assert (ana.city, answer.status_code) == ("", 200)


def test_an_archived_file_is_brought_back_first(client, reception, admin, ana, wish, now):
    row = wish()
    archiving.archive_patient(patient=ana, actor=admin, now=now)
    row.refresh_from_db()
    client.force_login(reception)

    answer = client.post(url(ROW, "change", row.pk), answered(row, city="accept"), follow=True)

    assert "in the archive" in told(answer)
    assert states(ana) == {"city": ("requested", "")}


def test_keys_of_another_patients_wishes_decide_nothing(client, reception, ana, ben, wish):
    row, other = wish(), wish(patient=ben)
    client.force_login(reception)
    sent = {"version": 1, f"decision-{other.pk}": "accept", f"decision-{'9' * 30}": "accept"}

    answer = client.post(url(ROW, "change", row.pk), sent)

    assert answer.status_code == 422
    assert (states(ana), states(ben)) == ({"city": ("requested", "")}, {"city": ("requested", "")})


def test_a_decided_wish_is_shown_with_its_reason_and_who(client, reception, wish, now):
    row = wish(status="rejected", reason="No such <town>", decided_by=reception, decided_at=now)
    client.force_login(reception)

    text = client.get(url(ROW, "change", row.pk)).content.decode()

    for words in ("Not changed", "No such &lt;town&gt;", str(reception), "11 January 2027"):
        assert words in text
    assert "Save decisions" not in text


def test_somebody_alike_is_pointed_out(client, reception, ana, wish):
    PatientFactory(given_name="Ana", family_name="Souza", birth_date=ana.birth_date)
    row = wish("family_name", "Souza")
    client.force_login(reception)

    answer = client.post(url(ROW, "change", row.pk), answered(row, family_name="accept"), follow=True)

    assert "Possible twins" in told(answer)


@pytest.mark.parametrize("role", ["privacy", "nurse", "ana_user", "dr_rao"])
def test_others_neither_see_nor_decide(client, request, role, ana, wish):
    row, who = wish(), request.getfixturevalue(role)
    client.force_login(getattr(who, "user", who))

    pages = [LIST, url(ROW, "change", row.pk)]
    answers = [client.get(page) for page in pages]
    answers.append(client.post(pages[1], answered(row, city="accept")))

    assert {answer.status_code for answer in answers} <= {302, 403}
    assert states(ana) == {"city": ("requested", "")}


def test_nobody_adds_or_deletes_a_wish_here(client, admin, ana, wish):
    row = wish()
    client.force_login(admin)

    answers = [client.post(url(ROW, "add"), {}), client.post(url(ROW, "delete", row.pk), {"post": "yes"})]

    assert {answer.status_code for answer in answers} == {403}
    assert states(ana) == {"city": ("requested", "")}


def test_the_history_of_a_wish_names_columns_and_no_values(client, privacy, wish):
    wish(wanted="Canary Lane")
    client.force_login(privacy)
    event = AuditEvent.objects.get(target_table="accounts_detailschange")

    pages = [
        client.get(page).content.decode()
        for page in (url("auditevent"), url("auditevent", "change", event.pk))
    ]

    assert all("wanted" in page and "Canary" not in page for page in pages)
