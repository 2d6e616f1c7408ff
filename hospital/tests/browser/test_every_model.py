"""Every model in the back office, on each of its pages: nothing for axe, no scrolling sideways, light and dark."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin as site
from django.db.models import Model
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import User
from hospital.tests.browser.accessibility import COLOURS, OPTIONS, overflows, violations
from hospital.tests.test_lists import BUILDERS

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.timeout(600)]
# What axe would fetch besides, the policy of the page refuses.
ALL_RULES = OPTIONS | {"preload": False}
LIGHT, DARK = ("light", ALL_RULES), ("dark", COLOURS | {"preload": False})
# In the dark only the colours are other ones, so only they are asked again.
LOOKS = [(width, *scheme) for width in (1280, 360) for scheme in (LIGHT, DARK)]
# What a judgement of every change has time for: each width once, each scheme once.
GLANCES = [(1280, *DARK), (360, *LIGHT)]
MODELS = sorted(site.site._registry, key=lambda model: model._meta.label_lower)
PARTS = [MODELS[start::8] for start in range(8)]


def addresses(model: type[Model], row: Any) -> Iterator[str]:
    """The list, what is added to it, and each page of one row; pages that nobody has are left out."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield reverse(f"{name}_changelist")
    yield reverse(f"{name}_add")
    yield from (reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "delete", "history"))


def looked_at(page: Page, address: str, looks: list[Any]) -> list[str]:
    page.wait_for_function("!document.querySelector('[role=combobox][aria-labelledby]')")
    found: list[str] = []
    for width, scheme, rules in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}, {width}: {fault}" for fault in violations(page, rules)]
        found += [f"{address} scrolls sideways at {width}"] if overflows(page) else []
    return found


@pytest.mark.parametrize("models", PARTS, ids=lambda part: part[0]._meta.model_name)
def test_every_page_of_every_model(models: list[type[Model]], visitor: Any, admin: User) -> None:
    walk(models, visitor, admin, GLANCES)


@pytest.mark.drill
@pytest.mark.parametrize("models", PARTS, ids=lambda part: part[0]._meta.model_name)
def test_every_page_of_every_model_in_each_width_and_scheme(
    models: list[type[Model]], visitor: Any, admin: User
) -> None:
    walk(models, visitor, admin, LOOKS)


def walk(models: list[type[Model]], visitor: Any, admin: User, looks: list[Any]) -> None:
    page, found, seen, asking = visitor(user=admin), [], [], RequestFactory().get("/")
    asking.user = admin
    for model in models:
        BUILDERS[model._meta.label_lower]()
        row = site.site._registry[model].get_queryset(asking).order_by("-pk").first()
        for address in addresses(model, row):
            answer = page.goto(address)
            if answer is not None and answer.status == 200:
                found += looked_at(page, address, looks)
                seen.append(address)

    print(f"{len(seen)} pages")
    assert found == []
    assert len(seen) >= 3 * len(models)
