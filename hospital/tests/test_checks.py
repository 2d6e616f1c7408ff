"""Start-up refuses a view without a policy (SEC-01)."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import path
from django.views.generic import View

from accounts.access import relationships
from accounts.views.pages import Page
from hospital import checks


class Bare(View):
    pass


class Named(Page):
    permission = "accounts.view_doctor"


class Misspelt(Page):
    permission = "accounts.view_docter"


def errors_of(view: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    resolver = SimpleNamespace(url_patterns=[path("here/", view)])
    monkeypatch.setattr(checks, "get_resolver", lambda: resolver)
    return [error.msg for error in checks.every_view_names_its_permission()]


def test_sec_01_the_project_names_a_policy_for_every_route() -> None:
    assert checks.every_view_names_its_permission() == []


def test_sec_01_a_bare_view_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert errors_of(Bare.as_view(), monkeypatch) == ["The view at /here/ names no permission."]


def test_sec_01_a_bare_function_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(request: Any) -> HttpResponse:
        return HttpResponse()

    assert errors_of(page, monkeypatch) == ["The view at /here/ names no permission."]


def test_sec_01_a_misspelt_permission_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert errors_of(Misspelt.as_view(), monkeypatch) == ["The view at /here/ names accounts.view_docter."]


def test_sec_01_a_view_that_names_its_permission_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert errors_of(Named.as_view(), monkeypatch) == []


def test_an_empty_registry_of_relationships_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relationships, "known", {})

    assert [error.id for error in checks.clinicians_have_relationships()] == ["hospital.E002"] * 3
