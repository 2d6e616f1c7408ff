"""Which rows the house already has: by the source's key, in a few queries a chunk."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.loading.faults import Fault
from accounts.loading.kinds import Kind, Parent, Row
from accounts.loading.known import Known
from accounts.models import SourceReference
from accounts.models.among import Among


@dataclass(frozen=True, slots=True)
class Match:
    """`reference_id` is 0 for a row that the house knows by its own words."""

    reference_id: int
    digest: str
    target_id: int
    owner_id: int | None


@dataclass
class Verdict:
    """What is to become of a chunk's rows; computing it writes nothing and may be repeated."""

    created: list[Row] = field(default_factory=list)
    adopted: list[Row] = field(default_factory=list)
    updated: list[Row] = field(default_factory=list)
    unchanged: list[Row] = field(default_factory=list)
    refused: list[tuple[Row, Fault]] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    # Rows that need what nobody brought, and what is to be told of them and of those that do without.
    orphans: list[Row] = field(default_factory=list)
    told: list[tuple[Row, str]] = field(default_factory=list)

    @property
    def good(self) -> list[Row]:
        return self.created + self.adopted + self.updated + self.unchanged


class Matching:
    """Asks for one system; `known` are the rows accepted earlier in this run, `absent` the kinds without a table."""

    def __init__(
        self, system: str, kinds: Mapping[str, Kind], known: Known, absent: Collection[str] = ()
    ) -> None:
        self.system, self.kinds, self.known, self.absent = system, kinds, known, absent

    def judge(self, kind: Kind, file: str, rows: Sequence[Row]) -> Verdict:
        verdict = Verdict()
        standing = self._with_parents(kind, file, rows, verdict)
        found, verdict.stale = self.find(kind, (row.key for row in standing))
        for row in standing:
            self._place(row, found.get(row.key), verdict)
        self._adopt(kind, verdict)
        self._ask_objections(kind, file, verdict)
        self._ask_refusals(kind, file, verdict)
        return verdict

    def find(self, kind: Kind, keys: Iterable[str]) -> tuple[dict[str, Match], list[int]]:
        """Loaded rows by key, and the references whose row has been deleted since."""
        named = SourceReference.objects.filter(Among("value", set(keys)))
        references = named.filter(system=self.system, kind=kind.noun)
        rows = list(references.values_list("value", "pk", "digest", "target_id"))
        alive = self._owners(kind, [target for *_rest, target in rows])
        found = {
            value: Match(pk, digest, target, alive[target])
            for value, pk, digest, target in rows
            if target in alive
        }
        return found, [pk for _value, pk, _digest, target in rows if target not in alive]

    def _owners(self, kind: Kind, targets: list[int]) -> dict[int, Any]:
        owner = F(f"{kind.owner}_id") if kind.owner else F("pk")
        there = kind.model._base_manager.filter(Among("pk", targets))
        return dict(there.values_list("pk", owner)) if targets else {}

    def _place(self, row: Row, match: Match | None, verdict: Verdict) -> None:
        if match is None:
            verdict.created.append(row)
            return
        row.target_id, row.reference_id = match.target_id, match.reference_id
        same = match.digest == row.digest
        (verdict.unchanged if same else verdict.updated).append(row)

    def _adopt(self, kind: Kind, verdict: Verdict) -> None:
        for row in verdict.created:
            row.system = self.system
        own = kind.adopt(verdict.created) if verdict.created else {}
        for row in verdict.created:
            row.target_id = own.get(row.key)
        verdict.adopted = [row for row in verdict.created if row.target_id]
        for row in verdict.adopted:
            self.known.adopt(kind.name, row.key, row.target_id)
        verdict.created = [row for row in verdict.created if not row.target_id]

    def _ask_objections(self, kind: Kind, file: str, verdict: Verdict) -> None:
        objections = kind.objections(verdict.updated) if verdict.updated else {}
        for row in verdict.updated:
            if row.key in objections:
                column, reason = objections[row.key]
                verdict.refused.append((row, Fault(file, row.number, column, "", reason)))
        verdict.updated = [row for row in verdict.updated if row.key not in objections]

    def _ask_refusals(self, kind: Kind, file: str, verdict: Verdict) -> None:
        rows = verdict.created + verdict.updated
        refused = kind.refusals(rows, self.known) if rows else {}
        for row in rows:
            if row.key in refused:
                verdict.refused.append((row, Fault(file, row.number, *refused[row.key])))
        verdict.created = [row for row in verdict.created if row.key not in refused]
        verdict.updated = [row for row in verdict.updated if row.key not in refused]

    def _with_parents(self, kind: Kind, file: str, rows: Sequence[Row], verdict: Verdict) -> list[Row]:
        """Rows whose every parent is there and belongs to the same owner; the others are refused."""
        parents = {parent.field: self._find_parents(parent, rows) for parent in kind.parents}
        standing = []
        for row in rows:
            if self.absent and self._is_orphan(kind, row, parents, verdict):
                continue
            fault = self._parent_fault(kind, row, parents)
            if fault:
                column, value, reason = fault
                verdict.refused.append((row, Fault(file, row.number, column, value, reason)))
                continue
            row.parent_ids = {name: target_of(found, row.parents[name]) for name, found in parents.items()}
            standing.append(row)
        return standing

    def _is_orphan(
        self, kind: Kind, row: Row, parents: dict[str, dict[str, Match]], verdict: Verdict
    ) -> bool:
        """Where a whole table is not there, rows that need it are left out; the others do without it."""
        lost = [p for p in kind.parents if self._is_lost(p, row.parents[p.field], parents[p.field])]
        before, row.lost = row.lost, frozenset(parent.field for parent in lost)
        if row.lost != before and not kind.stays:
            row.seal()
        needed = [parent for parent in lost if parent.required]
        verdict.told += [(row, self._loss(parent)) for parent in needed[:1] or lost]
        if needed:
            verdict.orphans.append(row)
            self.known.leave_out(kind.name, row.key)
        return bool(needed)

    def _is_lost(self, parent: Parent, key: str, found: dict[str, Match]) -> bool:
        if not key or key in found:
            return False
        return parent.kind in self.absent or self.known.is_orphan(parent.kind, key)

    def _loss(self, parent: Parent) -> str:
        words = _("names a row of %(table)s, which is not there; loaded without it")
        if parent.required:
            words = _("names a row of %(table)s, which is not there; skipped")
        return words % self._words(parent)

    def _find_parents(self, parent: Parent, rows: Sequence[Row]) -> dict[str, Match]:
        kind = self.kinds[parent.kind]
        keys = {row.parents[parent.field] for row in rows} - {""}
        found, _stale = self.find(kind, keys)
        found |= self._adopted(kind, keys - found.keys())
        found |= self._named(kind, keys - found.keys())
        heirs = kind.heirs(match.target_id for match in found.values())
        return {
            key: replace(match, target_id=heirs.get(match.target_id, match.target_id))
            for key, match in found.items()
        }

    def _adopted(self, kind: Kind, keys: set[str]) -> dict[str, Match]:
        """Rows that another system brought, and that this run took over without having written so yet."""
        return {key: Match(0, "", pk, None) for key, pk in self.known.targets(kind.name, keys).items()}

    def _named(self, kind: Kind, keys: set[str]) -> dict[str, Match]:
        """Rows that no source brought, by the words the house has for them."""
        own = kind.named(keys) if keys else {}
        alive = self._owners(kind, list(own.values()))
        return {key: Match(0, "", pk, alive[pk]) for key, pk in own.items() if pk in alive}

    def _parent_fault(
        self, kind: Kind, row: Row, parents: dict[str, dict[str, Match]]
    ) -> tuple[str, str, str] | None:
        for parent in kind.parents:
            key = row.parents[parent.field]
            if parent.field in row.lost:
                continue
            if key and (reason := self._absence(parent, key, parents[parent.field])):
                return parent.column, key, reason
        for parent in kind.parents:
            if self._is_another_owners(kind, parent, row, parents):
                words = _("This row of %(table)s belongs to another %(owner)s.")
                return parent.column, row.parents[parent.field], words % self._words(parent, kind.owner)
        return None

    def _absence(self, parent: Parent, key: str, found: dict[str, Match]) -> str:
        refused = self.known.refused_row(parent.kind, key)
        if refused:
            words = _("The row of %(table)s that it names was refused (row %(row)d).")
            return words % {"table": self.kinds[parent.kind].table, "row": refused}
        if key in found or self.known.accepted(parent.kind, key):
            return ""
        words = _("%(table)s has no such row, and none was loaded before.") % self._words(parent)
        return self.kinds[parent.kind].lacking(key) or words

    def _is_another_owners(
        self, kind: Kind, parent: Parent, row: Row, parents: dict[str, dict[str, Match]]
    ) -> bool:
        key, parent_kind = row.parents[parent.field], self.kinds[parent.kind]
        if not (key and kind.owner and parent_kind.owner) or parent.field in row.lost:
            return False
        owner = row.parents[kind.owner]
        if self.known.accepted(parent.kind, key):
            return not self.known.owner_is(parent.kind, key, owner)
        theirs = parents[kind.owner].get(owner)
        return theirs is None or theirs.target_id != parents[parent.field][key].owner_id

    def _words(self, parent: Parent, owner: str = "") -> dict[str, str]:
        return {"table": self.kinds[parent.kind].table, "owner": owner}


def target_of(found: Mapping[str, Match], key: str) -> int | None:
    return found[key].target_id if key in found else None
