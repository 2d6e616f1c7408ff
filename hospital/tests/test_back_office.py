"""The back office over every model: what is registered, who sees which, and that no form writes over a newer row."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as site
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from accounts.tests.pages import text_of
from hospital.tests.test_lists import BUILDERS
from hospital.tests.visitor import Reader

pytestmark = pytest.mark.django_db
OURS = ("accounts", "scheduling", "clinical")

# Models that nobody opens in the back office, and why.
CLOSED = {
    "accounts.loadchange": "the journal of a load holds what stood in rows of every kind",
    "accounts.mrncounter": "one number, which only registration may raise",
    "clinical.allergyreaction": "clinical text; that the allergy exists is all there is to see",
    "clinical.icd10code": "the list of codes is loaded whole and looked up where a diagnosis is given",
    "clinical.notedraft": "what somebody is still typing is nobody else's",
    "clinical.prescriptioncheck": "clinical text; that the prescription exists is all there is to see",
    "clinical.prescriptionitem": "clinical text; that the prescription exists is all there is to see",
    "scheduling.timeoffdecision": "stands on the page of its leave",
}
RECEPTION = {
    "accounts.department",
    "accounts.detailschange",
    "accounts.doctor",
    "accounts.location",
    "accounts.patient",
    "accounts.possibletwin",
    "scheduling.appointment",
    "scheduling.appointmentevent",
    "scheduling.appointmenttype",
    "scheduling.availabilityoverride",
    "scheduling.availabilityrule",
    "scheduling.clinicclosure",
    "scheduling.timeoff",
}
PRIVACY = {
    "accounts.auditevent",
    "accounts.department",
    "accounts.doctor",
    "accounts.patient",
    "accounts.patientaccess",
}
# Of each form that changes a row: a box, what I type into it, and what somebody else stored meanwhile.
BOXES = {
    "accounts.department": ("opening_hours", "Mine", "Theirs"),
    "accounts.doctor": ("specialty", "Mine", "Theirs"),
    "accounts.location": ("city", "Mine", "Theirs"),
    "accounts.patient": ("city", "Mine", "Theirs"),
    "accounts.patientaccess": ("reason", "Mine", "Theirs"),
    "accounts.user": ("family_name", "Mine", "Theirs"),
    "clinical.notetemplate": ("name", "Mine", "Theirs"),
    "scheduling.appointment": ("staff_note", "Mine", "Theirs"),
    "scheduling.appointmenttype": ("description", "Mine", "Theirs"),
    "scheduling.availabilityoverride": ("note", "Mine", "Theirs"),
    "scheduling.availabilityrule": ("end_time", "18:15", "19:45"),
    "scheduling.clinicclosure": ("reason", "Mine", "Theirs"),
    "scheduling.timeoff": ("reason", "Mine", "Theirs"),
}


def label(model: type[Model]) -> str:
    return model._meta.label_lower


def page(model: type[Model], name: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def asking(user: User) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_every_model_of_ours_is_open_or_closed_with_a_reason() -> None:
    ours = {label(model) for model in apps.get_models() if model._meta.app_label in OURS}
    registered = {label(model) for model in site.site._registry}

    assert registered | CLOSED.keys() == ours
    assert registered & CLOSED.keys() == set()


@pytest.mark.parametrize(("role", "models"), [("reception", RECEPTION), ("privacy", PRIVACY)])
def test_the_index_of_staff_names_their_work_alone(
    client: Client, request: pytest.FixtureRequest, role: str, models: set[str]
) -> None:
    client.force_login(request.getfixturevalue(role))

    listed = {
        f"{app['app_label']}.{model['object_name']}".lower()
        for app in site.site.get_app_list(asking(request.getfixturevalue(role)))
        for model in app["models"]
    }
    opened = {
        label(model)
        for model in site.site._registry
        if client.get(page(model, "changelist")).status_code == 200
    }

    assert listed == opened == models


def test_the_index_of_administrators_names_every_model(admin: User) -> None:
    listed = {
        f"{app['app_label']}.{model['object_name']}".lower()
        for app in site.site.get_app_list(asking(admin))
        for model in app["models"]
    }

    assert listed == {label(model) for model in site.site._registry}


def test_every_list_is_searched_and_filtered() -> None:
    bare = {
        label(model): [name for name in ("search_fields", "list_filter") if not getattr(options, name)]
        for model, options in site.site._registry.items()
    }

    # These lists are short, or nothing but their search could narrow them.
    unfiltered = {
        "accounts.patientmerge",
        "accounts.sourcereference",
        "clinical.addendum",
        "clinical.allergy",
        "clinical.diagnosis",
        "clinical.immunization",
        "clinical.prescription",
        "clinical.seal",
    }
    assert {name for name, lacks in bare.items() if "search_fields" in lacks} == set()
    assert {name for name, lacks in bare.items() if "list_filter" in lacks} <= unfiltered


def editable(user: User) -> list[type[Model]]:
    return [
        model
        for model, options in site.site._registry.items()
        if options.has_change_permission(asking(user)) and options.get_fieldsets(asking(user))
    ]


def test_every_form_that_changes_a_row_is_tried(admin: User) -> None:
    assert {label(model) for model in editable(admin)} - BOXES.keys() <= {
        # Decided on a page of its own, under the version of the patient.
        "accounts.detailschange",
        "accounts.possibletwin",
    }


@pytest.mark.parametrize("model", BOXES)
def test_a_form_that_was_read_before_another_saved_gets_both_texts(
    client: Client, admin: User, model: str
) -> None:
    name, mine, theirs = BOXES[model]
    row = made(model)
    address = page(type(row), "change", row.pk)
    client.force_login(admin)
    form = next(f for f in Reader(client.get(address).content.decode()).forms if name in f.names)
    overtake(row, name, theirs)

    answer = client.post(address, form.filled({name: mine}))

    told = text_of(answer)
    assert answer.status_code == 409
    assert mine in told and theirs in told
    assert str(stored(row, name)).startswith(theirs)


def made(model: str) -> Any:
    """The row that the list's builder makes, the newest of its kind."""
    BUILDERS[model]()
    return apps.get_model(model)._base_manager.order_by("-pk").first()


def overtake(row: Any, name: str, words: str) -> None:
    raised = {"version": row.version + 1} if hasattr(row, "version") else {}
    type(row)._base_manager.filter(pk=row.pk).update(**{name: words}, **raised)


def stored(row: Any, name: str) -> Any:
    return getattr(type(row)._base_manager.get(pk=row.pk), name)
