"""What becomes of the rows of a patient who is merged into another: each model says so for each relation."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register

EXAMPLE = "Say on the model, for example: merge_rules = {%r: MOVE}."


class MergeRule(Enum):
    """Declared on the model that points at patients: `merge_rules = {"patient": MOVE}`."""

    MOVE = "move"  # the rows become the survivor's
    RESOLVE = (
        "resolve"  # they do, and `merge_changes` says which must change, or stay, so that nothing clashes
    )
    CLOSE = "close"  # they stay with the loser; `merge_changes` says which end
    KEEP = "keep"  # they stay: they tell of the file and are no part of it


MOVE, RESOLVE, CLOSE, KEEP = MergeRule.MOVE, MergeRule.RESOLVE, MergeRule.CLOSE, MergeRule.KEEP


class Change(NamedTuple):
    """What a merge does to one row beside moving it: columns to set, or None when the row stays behind.

    The words tell people about it, before and after.
    """

    row: int
    columns: Mapping[str, Any] | None
    words: str = ""


def children(model: Any) -> Iterator[Any]:
    """Every foreign key and one-to-one field that points at the model: hidden ones and those of M2M tables too."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            yield relation.field


def relations() -> list[Any]:
    """The fields that point at a patient, in one order everywhere."""
    return sorted(children(apps.get_model("accounts", "Patient")), key=name_of)


def name_of(field: Any) -> str:
    return f"{field.model._meta.label_lower}.{field.name}"


def declared(field: Any) -> tuple[Any, str]:
    """The model and the name under which the rule of a relation stands: of an M2M table, at the field that made it."""
    owner = field.model._meta.auto_created
    if not owner:
        return field.model, field.name
    made = (many for many in owner._meta.many_to_many if many.remote_field.through is field.model)
    return owner, next(made).name


def rule_of(field: Any) -> MergeRule | None:
    model, name = declared(field)
    rule: MergeRule | None = getattr(model, "merge_rules", {}).get(name)
    return rule


def may_clash(field: Any) -> bool:
    """Whether two rows that are well with two patients might not both stand with one."""
    if field.model._meta.auto_created:
        return False  # whoever is in the set already is not added again
    named = [field.name] if field.unique else []
    for constraint in field.model._meta.constraints:
        named += [*getattr(constraint, "fields", ()), *getattr(constraint, "equal", ())]
    named += [name for names in field.model._meta.unique_together for name in names]
    return field.name in named


@register(Tags.models)
def every_relation_has_a_rule(**kwargs: Any) -> list[CheckMessage]:
    return [fault for field in relations() for fault in faults(field)]


def faults(field: Any) -> Iterator[Error]:
    model, name = declared(field)
    rule = rule_of(field)
    if rule is None:
        words = f"{model._meta.label}.{name} does not say what a merge of patients does with its rows."
        yield Error(words, hint=EXAMPLE % name, obj=model, id="accounts.E010")
    elif rule is MOVE and may_clash(field):
        words = f"{model._meta.label}.{name} may clash when two patients become one."
        yield Error(words, hint="Declare RESOLVE and merge_changes.", obj=model, id="accounts.E011")
    elif rule in (RESOLVE, CLOSE) and not hasattr(model, "merge_changes"):
        words = f"{model._meta.label} has no merge_changes, which its rule for {name} needs."
        yield Error(words, obj=model, id="accounts.E012")
