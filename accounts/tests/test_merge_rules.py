"""Every model that points at patients says what a merge does with its rows, or the house does not start."""

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.models import Patient
from accounts.models.merging import KEEP, MOVE, RESOLVE, every_relation_has_a_rule


@pytest.fixture
def new_models():
    """Models of a moment, gone from the registry afterwards."""
    known = dict(apps.all_models["accounts"])

    yield

    for name in set(apps.all_models["accounts"]) - set(known):
        del apps.all_models["accounts"][name]
    apps.clear_cache()


def model(name, **parts):
    options = {"__module__": "accounts.models", **parts}
    made = type(name, (models.Model,), options)
    apps.clear_cache()
    return made


def pointing(kind=models.ForeignKey, **options):
    return kind(Patient, on_delete=models.PROTECT, related_name="+", **options)


def found():
    return [fault.id for fault in every_relation_has_a_rule()]


def test_the_house_as_it_stands_passes():
    assert found() == []


def test_a_relation_without_a_rule_fails(new_models):
    model("Allergen", patient=pointing())

    [fault] = every_relation_has_a_rule()

    assert (fault.id, fault.hint) == (
        "accounts.E010",
        "Say on the model, for example: merge_rules = {'patient': MOVE}.",
    )


def test_a_set_of_patients_needs_a_rule_too(new_models):
    model("Group", members=models.ManyToManyField(Patient, related_name="+"))

    assert found() == ["accounts.E010"]


def test_a_second_relation_of_a_model_needs_its_own(new_models):
    model("Letter", patient=pointing(), about=pointing(), merge_rules={"patient": MOVE})

    assert found() == ["accounts.E010"]


@pytest.mark.parametrize("rule", [MOVE, KEEP])
def test_a_relation_with_a_rule_passes(new_models, rule):
    model("Allergen", patient=pointing(), merge_rules={"patient": rule})
    model("Group", members=models.ManyToManyField(Patient, related_name="+"), merge_rules={"members": rule})

    assert found() == []


class Unique:
    constraints = [models.UniqueConstraint(name="one_each", fields=["patient", "year"], condition=Q())]


def test_what_may_clash_does_not_simply_move(new_models):
    model("Passport", patient=pointing(models.OneToOneField), merge_rules={"patient": MOVE})
    year = models.IntegerField()
    meta = type("Meta", (), {"app_label": "accounts", "constraints": Unique.constraints})
    model("Check", patient=pointing(), year=year, merge_rules={"patient": MOVE}, Meta=meta)

    assert found() == ["accounts.E011", "accounts.E011"]


def test_whoever_resolves_says_how(new_models):
    model("Passport", patient=pointing(models.OneToOneField), merge_rules={"patient": RESOLVE})

    assert found() == ["accounts.E012"]
