"""A run of a loading command on a small file, and what it said."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command


class Ran:
    def __init__(self, command: str, path: Path | str, *options: str) -> None:
        out, err = StringIO(), StringIO()
        self.code: Any = 0
        try:
            call_command(command, str(path), *options, stdout=out, stderr=err)
        except SystemExit as ended:
            self.code = ended.code
        self.out, self.err = out.getvalue(), err.getvalue()

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        return json.loads(self.out) if self.out else {}

    def told(self, outcome: str) -> dict[str, int]:
        return {kind: counts[outcome] for kind, counts in self.counts.items() if counts[outcome]}

    @property
    def summary(self) -> tuple[int, ...]:
        """Created, updated, unchanged and refused, whatever the kind."""
        return tuple(sum(self.told(name).values()) for name in ("created", "updated", "unchanged", "refused"))


def write(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    rows = list(rows)
    columns = dict.fromkeys(column for row in rows for column in row)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def pipe(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """What another program writes into the command."""
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(content), encoding="utf-8"))
