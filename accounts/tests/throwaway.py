"""Tables that stand only for one test module, in an app registry of their own."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model

from accounts.triggers.base import TableRule, shape_of


@contextmanager
def tables(*models: type[Model]) -> Iterator[None]:
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    _run(_outside_rules(models))
    yield
    with connection.schema_editor() as editor:
        for model in reversed(models):
            editor.delete_model(model)


def _outside_rules(models: Iterable[type[Model]]) -> list[str]:
    """What `install_rules` does for the models of the project."""
    return [
        rule.create
        for model in models
        for constraint in model._meta.constraints
        if isinstance(constraint, TableRule) and constraint.outside
        for rule in constraint.rules(shape_of(model), connection)
    ]


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
