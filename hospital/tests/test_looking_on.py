"""Whoever looks on as another role hears no canary that the own role does not, and opens no chart (trust SEC-02)."""

from itertools import product
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.services import looking_on
from accounts.tests.pages import enter
from hospital.tests.matrix.charts import build_chart
from hospital.tests.matrix.oracle import Roll, WriteWatch, text_of
from hospital.tests.matrix.routes import targets
from hospital.tests.matrix.world import World, build

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
# Reception may do no more than an administrator may anyway.
OTHERS = [role for role in Role if role not in (Role.ADMIN, Role.RECEPTION)]


@pytest.fixture
def world(db: None) -> World:
    world = build()
    for name, team in {"ana": {"rao", "nurse"}, "ben": {"lee"}}.items():
        build_chart(world, name, world.rows["appointment"][f"{name}-checked-in"], frozenset(team))
    return world


def onlooker(world: World, role: str) -> Client:
    """An administrator of Ana's own department, whom a nurse's reach would let see her."""
    admin = world.actors["admin"]
    User.objects.filter(pk=admin.pk).update(department=world.rows["department"]["any"])
    # The page about addresses makes the missing row of the account itself.
    EmailAddress.objects.create(user=admin, email=admin.email, verified=True, primary=True)
    client = enter(Client(raise_request_exception=False), admin)
    session = client.session
    session[looking_on.KEY] = role
    session.save()
    return client


def asked(client: Client, method: str, address: str) -> tuple[Any, bool]:
    """The answer, and whether anything was written; it is taken back."""
    watch, answers, cookies = WriteWatch(), [], client.cookies.copy()
    try:
        with transaction.atomic(), connection.execute_wrapper(watch):
            answers.append(getattr(client, method)(address, {"post": "yes", "reason": "r", "version": "1"}))
            body = text_of(answers[0])
            raise Roll
    except Roll:
        client.cookies = cookies
    return (answers[0].status_code, body + str(answers[0].headers)), watch.wrote


@pytest.mark.parametrize("role", OTHERS)
def test_no_page_tells_an_onlooker_what_an_administrator_may_not_read(world: World, role: Role) -> None:
    client, found = onlooker(world, role), []
    canaries = [text.lower() for text, readers in world.readers.items() if "admin" not in readers]

    for target, method in product(list(targets(world)), ("get", "head")):
        (status, body), wrote = asked(client, method, target.url)
        found += [f"{status} {target.url}"] if status >= 500 or wrote else []
        found += [f"{target.url} tells {text}" for text in canaries if text in body.lower()]

    assert found == []
    assert len(canaries) > 20


# What refuses does not ask for the role: two show it, one of the site and one of the back office.
@pytest.mark.parametrize("role", [Role.DOCTOR, Role.RECEPTION])
def test_no_page_takes_anything_from_an_onlooker(world: World, role: Role) -> None:
    client, found = onlooker(world, role), []

    for target in targets(world):
        if "see-as/stop" in target.url or "logout" in target.url:
            continue
        (status, _body), wrote = asked(client, "post", target.url)
        found += [f"{status} {target.url}"] if wrote or status not in (403, 404) else []

    assert found == []


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE, Role.PRIVACY, Role.PATIENT])
def test_no_chart_and_no_record_opens(world: World, role: Role) -> None:
    client = onlooker(world, role)
    patient, record = world.rows["patient"]["ana"], world.rows["record"]["ana-signed"]
    pages = [f"/patients/{patient.public_id}/", f"/records/{record.public_id}/"]

    opened = [page for page in pages if client.get(page).status_code == 200]

    assert opened == []
    assert client.get("/patients/").status_code in (200, 403)
