"""Every route of the project with the ids to try on it; a parameter nobody knows is an error."""

import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, get_resolver, reverse

from hospital.checks import patterns, policy
from hospital.tests.matrix.world import World

# Which kind of row a parameter of the site names, by the path before it.
KINDS = {
    "doctors/": "doctor",
    "appointments/book/": "doctor",
    "appointments/": "appointment",
    "schedule/doctors/": "doctor",
    "schedule/rules/add/": "doctor",
    "schedule/rules/": "rule",
    "schedule/days/add/": "doctor",
    "schedule/days/": "override",
    "schedule/leave/doctors/": "doctor",
    "schedule/leave/": "leave",
    "schedule/times/": "doctor",
    "records/": "record",
    "corrections/": "correctionrequest",
    "prescriptions/": "prescription",
    "allergies/": "allergy",
    "conditions/": "condition",
    "vitals/": "vitalsign",
    "results/": "labresult",
    "immunizations/": "immunization",
    "documents/": "document",
    "patient/details/": "patient",
    "patients/": "patient",
    "encounters/start/": "appointment",
    "encounters/": "encounter",
}
# Parameters of sign-in, reset, invitation and the admin's own short cuts: no row of ours answers to them.
BOGUS = {
    "token": "no-such-token",
    "key": "no-such-key",
    "uidb36": "1",
    "content_type_id": "1",
    "object_id": "999999",
    "app_label": "accounts",
    "url": "no/such/page/",
}


@dataclass(frozen=True)
class Target:
    """One address to ask, with the policy of the view behind it."""

    route: str
    url: str
    row: str
    policy: str


def targets(world: World) -> Iterator[Target]:
    for route, pattern in patterns(get_resolver()):
        if route.endswith("pdf/") and not can_read_pdf():
            print(f"pdftotext is not installed: nobody reads the PDF at {route}")
            continue
        for row, url in addresses(world, route, pattern):
            yield Target(route, url, row, policy(pattern.callback))
    yield from autocompletes()


def can_read_pdf() -> bool:
    """Without the program a developer's run leaves PDFs out; the judgement of a change never does."""
    return bool(shutil.which("pdftotext") or os.environ.get("HOSPITAL_REQUIRE_BROWSER"))


def addresses(world: World, route: str, pattern: URLPattern) -> Iterator[tuple[str, str]]:
    names = list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)
    if route.startswith("admin/"):
        yield from admin_addresses(world, route, pattern, names)
    elif not names:
        yield "-", "/" + clean(route)
    elif names in (["public_id"], ["doctor_id"], ["public_id", "number"]):
        for row, public_id in candidates(world, kind_of(route)):
            yield row, "/" + fill(route, {names[0]: public_id, "number": 1})
    elif set(names) <= set(BOGUS):
        yield "bogus", "/" + fill(route, BOGUS)
    else:
        raise LookupError(f"The matrix knows no row for {names} in {route}")


def admin_addresses(
    world: World, route: str, pattern: URLPattern, names: list[str]
) -> Iterator[tuple[str, str]]:
    model = getattr(getattr(pattern.callback, "model_admin", None), "model", None)
    if "object_id" in names and model is not None:
        for row in some_of(model):
            yield f"{model._meta.model_name}:{row.pk}", "/" + fill(route, {"object_id": row.pk})
        yield "missing", "/" + fill(route, {"object_id": 999999})
    elif names == ["public_id"] and model is not None:
        for row in some_of(model):
            yield f"{model._meta.model_name}:{row.pk}", "/" + fill(route, {"public_id": row.public_id})
        yield "missing", "/" + fill(route, {"public_id": uuid.UUID(int=7)})
    elif set(names) <= set(BOGUS):
        yield "-", "/" + fill(route, BOGUS)
    else:
        raise LookupError(f"The matrix knows no row for {names} in {route}")


def some_of(model: type[Model]) -> Any:
    """The first rows of the world are Ana's and Ben's; the back office treats all rows of a model alike."""
    return model._base_manager.order_by("pk")[:3]


def candidates(world: World, kind: str) -> Iterator[tuple[str, Any]]:
    for name, row in world.rows[kind].items():
        yield name, row.public_id
    yield "missing", uuid.UUID(int=7)


def kind_of(route: str) -> str:
    for prefix, kind in KINDS.items():
        if route.startswith(prefix):
            return kind
    raise LookupError(f"The matrix knows no kind of row for {route}")


def fill(route: str, values: dict[str, Any]) -> str:
    import re

    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)
    filled = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: str(values[found[1]]), filled)
    return clean(filled)


def clean(route: str) -> str:
    return route.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")


def autocompletes() -> Iterator[Target]:
    url = reverse("admin:autocomplete")
    for model, page in admin.site._registry.items():
        for name in page.autocomplete_fields:
            query = (
                f"?app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={name}"
            )
            yield Target("admin/autocomplete/", url + query, "-", "elsewhere")
