"""What one resource says, read as what it means here; faults and warnings stay with the row's cells."""

import json
import unicodedata
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading.cells import Cells, exact
from clinical.loading.fhir.checking import shown
from clinical.loading.fhir.naming import listed

DAY = len("2021-08-23")


class Concept(NamedTuple):
    system: str
    code: str
    display: str


class Told:
    """`body` is the resource; faults are told with the path of the element."""

    def __init__(self, cells: Cells) -> None:
        self.cells, self.type = cells, cells.get("TYPE")
        self.body: dict[str, Any] = json.loads(cells.get("BODY") or "{}")
        for path, value, reason in json.loads(cells.get("FAULTS") or "[]"):
            cells.faults.append((path, value, reason))
        cells.warnings.extend(json.loads(cells.get("WARN") or "[]"))

    @property
    def is_faulty(self) -> bool:
        return bool(self.cells.faults)

    def refuse(self, path: str, value: Any, reason: str) -> None:
        self.cells.faults.append((f"{self.type}.{path}", shown(value), reason))

    def warn(self, words: str) -> None:
        self.cells.warnings.append(words)

    def text(self, path: str, value: Any, limit: int) -> str:
        """In Unicode's composed form, on one line; what is too long is refused, never cut."""
        found = " ".join(unicodedata.normalize("NFC", str(value or "")).split())
        if len(found) > limit:
            self.refuse(path, found, _("This is longer than %(limit)d characters.") % {"limit": limit})
        return found

    def day(self, path: str) -> date | None:
        """The day as it is written; of a month or a year alone there is none."""
        value = self.body.get(path)
        if not isinstance(value, str) or not value:
            return None
        if len(value) < DAY:
            self.warn(_("%(path)s tells no day; not kept") % {"path": path})
            return None
        return date.fromisoformat(value[:DAY])

    def instant(self, path: str, value: Any, *, past: bool = True) -> datetime | None:
        """In UTC; a day alone is its midnight where the hospital stands. What is told lies behind us."""
        text = str(value or "")
        if len(text) < DAY:
            return None
        found = moment(text)
        if past and found > self.cells.now:
            self.refuse(path, text, _("This date lies in the future."))
        return found

    def number(self, path: str, value: Any, *, digits: int, places: int) -> Decimal | None:
        try:
            return exact(plain(value), digits=digits, places=places)
        except ValueError as error:
            self.refuse(path, value, str(error))
            return None

    def concept(self, path: str, value: Any, *systems: str, code_limit: int = 40) -> Concept:
        """The coding of one of `systems` before any other; the words of the concept before those of the coding."""
        found = value if isinstance(value, dict) else {}
        codings = [coding for coding in listed(found.get("coding")) if coding.get("code")]
        codings.sort(
            key=lambda coding: systems.index(s) if (s := coding.get("system")) in systems else len(systems)
        )
        best = codings[0] if codings else {}
        system, code = str(best.get("system") or ""), str(best.get("code") or "")
        words = found.get("text") or best.get("display") or first_display(found) or code
        display = self.text(f"{path}.text", words, 300)
        if code and (not system or len(code) > code_limit or len(system) > 100):
            self.warn(
                _("%(path)s: a code without a system, or a far too long one; kept as words") % {"path": path}
            )
            return Concept("", "", display)
        return Concept(system, code, display)


def first_display(concept: dict[str, Any]) -> str:
    return next((c["display"] for c in listed(concept.get("coding")) if c.get("display")), "")


def moment(text: str) -> datetime:
    if len(text) > DAY:
        return datetime.fromisoformat(text).astimezone(UTC)
    return timezone.make_aware(datetime.combine(date.fromisoformat(text), time.min)).astimezone(UTC)


def plain(value: Any) -> str:
    """The number's digits as they were written, without an exponent."""
    return f"{Decimal(str(value)):f}"
