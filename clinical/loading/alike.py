"""Rows that two sources tell of the same patient: by the key that both use, or by what the rows say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef

from accounts.loading.kinds import Row
from accounts.models import LoadBatch, SourceReference
from accounts.models.among import Among


def same_key(rows: Sequence[Row], model: type[Model], type_name: str) -> dict[str, int]:
    """Synthea writes one key into its CSV as it stands, and into FHIR behind the name of the type.

    Only keys that are unique in the whole world (UUIDs) are taken for the same in two systems.
    """
    wanted = {row.key: other_forms(row.key, type_name) for row in rows}
    values = {form for forms in wanted.values() for form in forms}
    others = set(LoadBatch.objects.systems()) - {rows[0].system}
    known = SourceReference.objects.filter(Among("value", values), kind=model._meta.model_name)
    told = known.filter(system__in=others).order_by("-pk").values_list("value", "target_id")
    targets = dict(told) if others and values else {}
    alive = set(model._base_manager.filter(pk__in=targets.values()).values_list("pk", flat=True))
    found = {key: [targets[form] for form in forms if form in targets] for key, forms in wanted.items()}
    return {key: pks[0] for key, pks in found.items() if pks and pks[0] in alive}


def other_forms(key: str, type_name: str) -> tuple[str, ...]:
    before, slash, last = key.rpartition("/")
    if not is_uuid(last) or (slash and before != type_name):
        return ()
    return (last, f"{type_name}/{last}")


def is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


class Facts:
    """Where the columns stand by which rows are compared: the patient and the time first, then the rest.

    `near` columns only choose between several that are alike otherwise; `target` is what is found.
    """

    def __init__(
        self, model: type[Model], *columns: str, near: Sequence[str] = (), target: str = "pk", path: str = ""
    ) -> None:
        self.model, self.columns, self.near = model, columns, tuple(near)
        self.target, self.path = target, path

    def adopt(self, rows: Sequence[Row], noun: str) -> dict[str, int]:
        """By key the row that another system brought, each for one row only.

        Asked only about patients whom another system knows too, so that a load into an empty house costs nothing.
        """
        shared = shared_patients(rows)
        mine = [row for row in rows if row.parent_ids["patient"] in shared]
        if not mine:
            return {}
        free = self._free(mine, noun)
        found: dict[str, int] = {}
        for names in ((*self.columns, *self.near), self.columns):
            self._pair(mine, free, names, found)
        return found

    def _pair(
        self,
        rows: Sequence[Row],
        free: dict[int, dict[str, Any]],
        names: Sequence[str],
        found: dict[str, int],
    ) -> None:
        alike: Mapping[Any, list[int]] = defaultdict(list)
        for pk, said in free.items():
            alike[tuple(said[name] for name in names)].append(pk)
        for row in rows:
            fields = row.fields()
            same = alike.get(tuple(fields.get(name) for name in names))
            if same and row.key not in found:
                found[row.key] = same.pop(0)
                del free[found[row.key]]

    def _free(self, rows: Sequence[Row], noun: str) -> dict[int, dict[str, Any]]:
        """What the patients have and this system does not know yet, the oldest first."""
        taken = SourceReference.objects.filter(
            system=rows[0].system, kind=noun, target_id=OuterRef(self.target)
        )
        names = {name: self._where(name) for name in (*self.columns, *self.near)}
        patients = {row.parent_ids["patient"] for row in rows}
        there = self.model._base_manager.filter(**{f"{self._where('patient_id')}__in": patients})
        time = self.columns[1]
        told: list[Any] = [moment for row in rows if (moment := row.fields().get(time)) is not None]
        if told and time != "code":
            there = there.filter(**{f"{names[time]}__range": (min(told), max(told))})
        said = there.filter(~Exists(taken)).order_by(self.target).values_list(self.target, *names.values())
        return {pk: dict(zip(names, rest, strict=True)) for pk, *rest in said}

    def _where(self, name: str) -> str:
        above = self.path and name not in {field.attname for field in self.model._meta.concrete_fields}
        return f"{self.path}__{name}" if above else name


def shared_patients(rows: Iterable[Row]) -> set[int]:
    """Of the rows' patients those whom another system knows too."""
    whose: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.parent_ids["patient"]:
            whose[row.system].add(row.parent_ids["patient"])
    found: set[int] = set()
    for system, patients in whose.items():
        known = SourceReference.objects.filter(kind="patient", target_id__in=patients).exclude(system=system)
        found |= set(known.values_list("target_id", flat=True))
    return found
