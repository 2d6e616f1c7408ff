"""“One of these” for many values: they go to the database as one parameter, where `__in` makes each one of its own."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Lookup
from django.db.models.expressions import F

ARRAYS: dict[type, str] = {int: "bigint[]", str: "text[]", date: "date[]"}


class Among(Lookup):
    """A condition for `filter`; the values are numbers, texts or days, all of one type."""

    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[Any]) -> None:
        super().__init__(F(lhs) if isinstance(lhs, str) else lhs, list(rhs))

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> Any:
        """Where there is nothing to be among, nobody is asked."""
        if not self.rhs:
            raise EmptyResultSet
        return super().process_lhs(compiler, connection, lhs)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::{ARRAYS[type(self.rhs[0])]})", [*params, self.rhs]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        listed = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - a column of ours
        return listed, [*params, json.dumps(self.rhs, default=str)]
