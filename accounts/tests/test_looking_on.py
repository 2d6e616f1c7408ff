"""“See as”: an administrator looks on as another role, changes nothing, sees no more than before, leaves a trace."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit import record_event
from accounts.models import AuditEvent, Doctor, Patient, PatientAccess, User
from accounts.roles import TABLE, Reach, Role, reach
from accounts.tests.factories import PatientFactory, UserFactory
from accounts.tests.office import url
from accounts.tests.pages import text_of

pytestmark = pytest.mark.django_db
SEE_AS, STOP = "/admin/see-as/", "/admin/see-as/stop/"
# The one list of the back office that reception and privacy share.
SHARED = "/admin/accounts/patient/"
OTHERS = [role for role in Role if role != Role.ADMIN]


@pytest.fixture
def look(client: Client, admin: User) -> Any:
    """Begin to look on as a role."""
    client.force_login(admin)

    def begin(role: str, reason: str = "a colleague asks") -> Client:
        assert client.post(SEE_AS, {"role": role, "reason": reason}).status_code == 302
        return client

    return begin


def seen_by(user: User, role: Role) -> User:
    user.seen_role = role
    return user


def told() -> list[tuple[Any, str, str]]:
    rows = AuditEvent.objects.filter(action="see-as").order_by("id")
    return [(row.actor, row.role, row.reason) for row in rows]


def test_the_beginning_and_the_end_are_noted_with_the_true_account_and_role(look: Any, admin: User) -> None:
    client = look("doctor")
    client.post(STOP)

    assert told() == [
        (admin, "admin", "began to see as doctor: a colleague asks"),
        (admin, "admin", "stopped seeing as doctor"),
    ]


@pytest.mark.parametrize("typed", [{"role": "doctor"}, {"reason": "x"}, {"role": "admin", "reason": "x"}])
def test_a_role_and_a_reason_are_asked_for(client: Client, admin: User, typed: dict[str, str]) -> None:
    client.force_login(admin)

    answer = client.post(SEE_AS, typed)

    assert answer.status_code == 422
    assert told() == []


@pytest.mark.parametrize("role", ["reception", "privacy", "nurse", "dr_rao", "ana_user"])
def test_nobody_else_sees_as(client: Client, request: pytest.FixtureRequest, role: str) -> None:
    row = request.getfixturevalue(role)
    client.force_login(row.user if isinstance(row, Doctor) else row)

    answers = [client.get(SEE_AS), client.post(SEE_AS, {"role": "patient", "reason": "x"})]

    assert {answer.status_code for answer in answers} == {403}
    assert client.get(reverse("accounts:role")).context["role"] != Role.PATIENT or role == "ana_user"


@pytest.mark.parametrize("role", OTHERS)
def test_the_pages_and_the_menu_are_those_of_the_role(look: Any, role: Role) -> None:
    client = look(role)

    page = client.get(reverse("accounts:role"))

    assert page.context["role"] == role.label
    # The back office opens to those roles alone that work in it.
    opens = "accounts.use_admin" in TABLE[role]
    assert client.get(SHARED, follow=True).status_code == (200 if opens else 403)


@pytest.mark.parametrize("role", OTHERS)
def test_a_banner_with_the_way_out_stands_on_every_page(look: Any, role: Role) -> None:
    client = look(role)
    pages = ["/", "/departments/", reverse("accounts:role"), SHARED, "/no/such/page/"]

    answers = {page: client.get(page, follow=True) for page in pages}
    shown = {page: f"You are looking on as {role.label}" in text_of(one) for page, one in answers.items()}

    assert shown == dict.fromkeys(pages, True)


def test_after_the_end_everything_is_as_before(look: Any, admin: User) -> None:
    client = look("patient")

    assert client.post(STOP).status_code == 302
    assert client.get(url("user")).status_code == 200
    assert "looking on" not in text_of(client.get(url("user")))
    assert client.post(STOP).status_code == 302


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("role", OTHERS)
def test_nothing_can_be_written(look: Any, ana: Patient, role: Role, method: str) -> None:
    client, before = look(role), Patient.objects.values().get(pk=ana.pk)
    pages = [
        url("patient", "change", ana.pk),
        url("patient"),
        SEE_AS,
        "/i18n/setlang/",
        reverse("accounts:session"),
    ]

    answers = [getattr(client, method)(page) for page in pages]

    assert {answer.status_code for answer in answers} == {403}
    assert "Nothing can be changed until you stop" in text_of(answers[0])
    assert Patient.objects.values().get(pk=ana.pk) == before


def test_signing_out_ends_it_and_is_noted(look: Any) -> None:
    client = look("nurse")

    client.post(reverse("account_logout"))

    assert [reason for _actor, _role, reason in told()][-1] == "stopped seeing as nurse"
    assert "_auth_user_id" not in client.session


def test_the_session_of_another_who_lost_the_right_shows_nothing_of_it(look: Any, admin: User) -> None:
    client = look("privacy")
    User.objects.filter(pk=admin.pk).update(role=Role.RECEPTION)

    page = client.get(reverse("accounts:role"))

    assert page.context["role"] == Role.RECEPTION.label


def test_a_key_in_the_session_alone_gives_nobody_anything(client: Client, reception: User) -> None:
    client.force_login(reception)
    session = client.session
    session["see_as"] = "admin"
    session.save()

    assert client.get(reverse("accounts:role")).context["role"] == Role.RECEPTION.label
    assert client.get(url("user")).status_code == 403


@pytest.mark.parametrize("role", OTHERS)
def test_no_permission_reaches_further_than_the_own_one(admin: User, role: Role) -> None:
    own = TABLE[Role.ADMIN]
    looking = seen_by(admin, role)

    reached = {name: reach(looking, name) for name in TABLE[role]}

    allowed = {name: {Reach.NONE, own.get(name)} if own.get(name) is not Reach.ALL else {TABLE[role][name]}
               for name in TABLE[role]}  # fmt: skip
    assert {name for name, how_far in reached.items() if how_far not in allowed[name]} == set()
    assert {reach(looking, name) for name in own.keys() - TABLE[role].keys()} <= {None}


def test_a_superuser_who_looks_on_passes_nothing_by_that() -> None:
    chief = seen_by(UserFactory(role=Role.ADMIN, is_superuser=True), Role.PRIVACY)

    assert not chief.has_perm("accounts.merge_patient")
    assert not chief.has_module_perms("clinical")


def test_an_own_file_stays_closed_too(admin: User, ana: Patient) -> None:
    """Who is a patient of the house as well reads nothing of it by way of another role."""
    mine = PatientFactory()
    PatientAccess.objects.create(patient=mine, user=admin, kind="self")
    looking = seen_by(admin, Role.PATIENT)

    assert list(Patient.objects.visible_to(looking)) == []
    assert list(Patient.objects.kept_for(looking, "records")) == []


def test_the_role_seen_is_never_stored(look: Any, admin: User) -> None:
    look("doctor")
    looking = seen_by(User.objects.get(pk=admin.pk), Role.DOCTOR)
    looking.given_name = "Ada"
    looking.save()

    stored = User.objects.get(pk=admin.pk)
    assert (stored.role, stored.given_name, stored.seen_role) == ("admin", "Ada", "")


def test_what_is_read_meanwhile_is_noted_as_the_true_accounts(admin: User, ana: Patient) -> None:
    record_event(actor=seen_by(admin, Role.PRIVACY), action="read", target=ana, patient=ana, reason="summary")

    event = AuditEvent.objects.get(action="read")
    assert (event.actor, event.role, event.reason) == (admin, "admin", "summary (seen as privacy)")


def test_who_loses_the_right_meanwhile_is_told_to_have_stopped(look: Any, admin: User) -> None:
    client = look("doctor")
    User.objects.filter(pk=admin.pk).update(role=Role.RECEPTION)

    client.get("/admin/")

    assert [reason for _actor, _role, reason in told()][1:] == ["stopped seeing as doctor"]
    assert "see_as" not in client.session


def test_only_the_role_opens_it_not_a_superuser(client: Client) -> None:
    client.force_login(UserFactory(role=Role.RECEPTION, is_superuser=True))

    answer = client.post(SEE_AS, {"role": "doctor", "reason": "a colleague asks"})

    assert (answer.status_code == 302, told()) == (False, [])
