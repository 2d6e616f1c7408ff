"""From documents to the spool: every entry is judged, named and kept, or counted by its type."""

import json
from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from accounts.loading.readers.unpacking import Piece
from clinical.loading.fhir import naming
from clinical.loading.fhir.checking import Problem, check, problem
from clinical.loading.fhir.invariants import broken
from clinical.loading.fhir.left_out import left_out
from clinical.loading.fhir.reading import Entry, Head, documents
from clinical.loading.fhir.shapes import RESOURCES
from clinical.loading.fhir.shapes.codes import CODES
from clinical.loading.fhir.spool import Spool, Spooled
from clinical.loading.fhir.types import TYPES

# The table of what is no resource at all.
NO_RESOURCE = "Bundle"
BUNDLES = ("transaction", "batch", "collection", "searchset")
# What is not needed once the structure has been judged.
DROPPED = ("resourceType", "text", "contained", "extension", "meta")


class Intake:
    """`skipped` counts resources of types that are not kept here."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.skipped: Counter[str] = Counter()

    def take(self, piece: Piece) -> None:
        mark, before = self.spool.open_document(), self.skipped.copy()
        self.file, self.urls = piece.name, set[str]()
        for found in documents(piece):
            if isinstance(found, Entry):
                self._entry(found)
            else:
                self._head(found, mark, before)
            if isinstance(found, Entry) and not found.problem:
                continue
            mark, before, self.urls = self.spool.open_document(), self.skipped.copy(), set()

    def _head(self, head: Head, mark: int, before: Counter[str]) -> None:
        """Ends a document: a single resource is taken; of a bundle that cannot be, the entries go."""
        if head.content.get("resourceType") != "Bundle":
            self.spool.take_back(mark)
            self.skipped = before
            self._resource(head.number, head.content, "")
            return
        problems, skip = bundle_problems(head.content), ""
        if head.content.get("type") in CODES["bundle-type"] - set(BUNDLES):
            skip = _("a bundle of the type “%(type)s” is no load; skipped") % {"type": head.content["type"]}
        if problems or skip or "implicitRules" in head.content:
            self.spool.take_back(mark)
            self.skipped = before
            self._keep(NO_RESOURCE, head.number, "", problems, skip or left_out(head.content))

    def _entry(self, entry: Entry) -> None:
        content = entry.content
        if entry.problem or not isinstance(content, dict):
            words = entry.problem or _("An object in braces is needed here.")
            self._keep(NO_RESOURCE, entry.number, "", [Problem("", "", words)])
        elif "resource" not in content:
            method = content.get("request", {}).get("method", "")
            words = _("an entry without a resource (%(method)s); skipped") % {"method": method or "—"}
            self._keep(NO_RESOURCE, entry.number, "", [], words)
        else:
            self._resource(entry.number, content["resource"], self._full_url(entry))

    def _full_url(self, entry: Entry) -> str:
        """bdl-7: a bundle has each address once."""
        url = entry.content.get("fullUrl", "")
        if not isinstance(url, str):
            url = ""
        if url and url in self.urls:
            words = _("bdl-7: another entry of this bundle has the same address.")
            self._keep(NO_RESOURCE, entry.number, "", [problem("Bundle.entry.fullUrl", url, words)])
        self.urls.add(url)
        return url

    def _resource(self, number: int, resource: Any, full_url: str) -> None:
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if kind in RESOURCES:
            self._known(number, resource, full_url)
        elif kind in TYPES:
            self.skipped[str(kind)] += 1
        elif kind is None and isinstance(resource, dict) and "exportId" in resource:
            self._keep(NO_RESOURCE, number, "", [], _("a line of the log of a bulk export; skipped"))
        else:
            words = (
                _("FHIR R4 has no resource of this type.") if kind else _("A resource says its type here.")
            )
            self._keep(NO_RESOURCE, number, "", [problem("resourceType", kind or "", words)])

    def _known(self, number: int, resource: dict[str, Any], full_url: str) -> None:
        kind = resource["resourceType"]
        key, base = naming.own_key(resource, full_url, self.spool)
        problems = check(resource) or [*broken(resource)]
        if not key and not problems:
            words = _("Without id, address or identifier nobody can know it again.")
            problems = [Problem(f"{kind}.id", "", words)]
        self._keep(
            kind, number, key, problems, "" if problems else left_out(resource), resource, base, full_url
        )
        if not problems:
            self._contained(number, resource, key, base)

    def _contained(self, number: int, resource: dict[str, Any], key: str, base: str) -> None:
        """What is contained has a key below that of its owner."""
        for inner in resource.get("contained", []):
            kind, name = inner.get("resourceType"), f"{key}#{inner.get('id')}"
            if kind not in RESOURCES:
                self.skipped[str(kind)] += 1
                continue
            problems = check(inner) or [*broken(inner)]
            reason = "" if problems else left_out(inner)
            self._keep(kind, number, name, problems, reason, inner, base, name)

    def _keep(
        self,
        kind: str,
        number: int,
        key: str,
        problems: list[Problem],
        skip: str = "",
        resource: dict[str, Any] | None = None,
        base: str = "",
        full_url: str = "",
    ) -> None:
        row = Spooled(0, kind, key, base, self.file, number, skip)
        if problems:
            row.faults = json.dumps(problems, default=str)
        elif resource:
            row.refs = json.dumps(naming.references(resource))
            kept = {name: value for name, value in resource.items() if name not in DROPPED and name[0] != "_"}
            row.body = json.dumps(kept, ensure_ascii=False, default=str)
        self.spool.add(row, naming.addresses(resource, key, full_url) if resource and key else [])


def bundle_problems(head: dict[str, Any]) -> list[Problem]:
    kind = head.get("type")
    if kind is None:
        return [Problem("Bundle.type", "", _("A value is needed."))]
    if kind not in CODES["bundle-type"]:
        words = _("Use one of these: %(values)s.") % {"values": ", ".join(sorted(CODES["bundle-type"]))}
        return [problem("Bundle.type", kind, words)]
    return []
