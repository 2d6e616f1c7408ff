"""Synthea's CSV table of allergies and intolerances, in its newer and in its older layout."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.db.models import F, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.kinds import Parent, Row, assign
from clinical.loading.alike import Facts
from clinical.loading.synthea_history import PATIENT, SNOMED, Timed
from clinical.models import Allergy, AllergyReaction
from clinical.models.prescription import RXNORM
from clinical.services.allergies import NONE_CODES
from clinical.services.listed import midday

# A code of an unknown system is dropped: nobody could look it up.
SYSTEMS = {"rxnorm": RXNORM, "snomed-ct": SNOMED, "unknown": ""}
CATEGORIES = {
    "medication": Allergy.Category.MEDICATION,
    "drug": Allergy.Category.MEDICATION,
    "food": Allergy.Category.FOOD,
    "environment": Allergy.Category.ENVIRONMENT,
    "biologic": Allergy.Category.BIOLOGIC,
}
SEVERITIES = {severity.value: severity for severity in AllergyReaction.Severity}
# The older layout has no category: SNOMED CT's allergies to fish, shellfish, wheat, milk, nuts, peanuts, soya, eggs.
FOODS = frozenset(
    {
        "213020009",
        "300913006",
        "417532002",
        "420174000",
        "425525006",
        "714035009",
        "91934008",
        "91935009",
    }
)


class Allergies(Timed):
    """The danger is not told: the source gives severities of past reactions only."""

    name = table = "allergies"
    model = Allergy
    key: ClassVar[tuple[str, ...]] = ("PATIENT", "ENCOUNTER", "CODE", "START")
    required: ClassVar[tuple[str, ...]] = ("STOP", "DESCRIPTION")
    parents = (PATIENT, Parent("encounter", "ENCOUNTER", "encounters", required=False))
    owner = "patient"
    # An allergy to one substance is one allergy, whenever each source began to tell of it.
    adopted = Facts(Allergy, "patient_id", "code", near=["onset_date"])

    def adopt(self, rows: Sequence[Row]) -> dict[str, int]:
        return self.adopted.adopt([row for row in rows if row.values["code"]], self.noun)

    def left_out(self, cells: Cells) -> str:
        if cells.get("CODE") in NONE_CODES:
            return _("says that no allergy is known; skipped, because here that is asked and dated")
        return ""

    def parse(self, cells: Cells) -> dict[str, Any]:
        onset, end = cells.day("START", required=True), cells.day("STOP")
        cells.in_order(onset, end, "STOP")
        if onset and onset > cells.now.date():
            cells.refuse("START", _("This date lies in the future."))
        status = Allergy.ClinicalStatus
        return {
            **substance(cells),
            "category": category(cells),
            "clinical_status": status.INACTIVE if end else status.ACTIVE,
            "onset_date": onset,
            "reactions": [*reactions(cells)],
        }

    def create(self, rows: Sequence[Row]) -> list[int]:
        made = Allergy.objects.bulk_create(Allergy(**columns(row)) for row in rows)
        for row, allergy in zip(rows, made, strict=True):
            row.target_id = allergy.pk
        self._follow(rows)
        return [allergy.pk for allergy in made]

    def before(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        """The allergies themselves, and the statements that none is known."""
        names = [*columns(rows[0]), "version"]
        return [*((Allergy, row.target_id, names) for row in rows), *self.beside(rows)]

    def beside(self, rows: Sequence[Row]) -> list[tuple[type[Model], int, list[str]]]:
        said = Allergy.objects.none_known().filter(patient__in={row.parent_ids["patient"] for row in rows})
        return [(Allergy, pk, ["clinical_status", "version"]) for pk in said.values_list("pk", flat=True)]

    def update(self, rows: Sequence[Row]) -> None:
        locked = Allergy.objects.select_for_update().in_bulk([row.target_id for row in rows])
        for row in rows:
            assign(locked[row.target_id], columns(row))
        names = [name.removesuffix("_id") for name in columns(rows[0])]
        Allergy.objects.bulk_update(locked.values(), [*names, "version"])
        self._follow(rows)

    def _follow(self, rows: Sequence[Row]) -> None:
        """Whoever has an allergy is no longer one of whom none is known; reactions stand below their allergy."""
        allergic = {row.parent_ids["patient"] for row in rows if is_active(row)}
        said = Allergy.objects.none_known().filter(patient__in=allergic)
        said.update(clinical_status=Allergy.ClinicalStatus.INACTIVE, version=F("version") + 1)
        add_reactions(rows)


def substance(cells: Cells) -> dict[str, str]:
    """The code with its system; without the column SYSTEM all codes are SNOMED CT's."""
    code = cells.code("CODE", 40, required=True)
    system = cells.choice("SYSTEM", SYSTEMS, "") if "SYSTEM" in cells.columns else SNOMED
    if code and not system:
        cells.warnings.append(_("the code's system is unknown; kept as words, for which no check can warn"))
    if cells.get("TYPE").casefold() == "intolerance":
        cells.warnings.append(_("an intolerance; loaded as an allergy"))
    display = cells.text("DESCRIPTION", 300, required=True)
    return {"system": system, "code": code if system else "", "display": display}


def category(cells: Cells) -> str:
    is_food = cells.get("CODE") in FOODS
    likely = Allergy.Category.FOOD if is_food else Allergy.Category.ENVIRONMENT
    return cells.choice("CATEGORY", CATEGORIES, likely)


def reactions(cells: Cells) -> Iterator[dict[str, str]]:
    """What happened, up to twice, with how bad it was."""
    for number in "12":
        if cells.get(f"REACTION{number}") or cells.get(f"SEVERITY{number}"):
            yield {
                "manifestation": cells.text(f"DESCRIPTION{number}", 200, required=True),
                "severity": cells.choice(f"SEVERITY{number}", SEVERITIES, ""),
            }


def is_active(row: Row) -> bool:
    return bool(row.values["clinical_status"] == Allergy.ClinicalStatus.ACTIVE)


def columns(row: Row) -> dict[str, Any]:
    """Told at an hour of its first day that the source does not say, and which is therefore no part of the digest."""
    fields = {name: value for name, value in row.fields().items() if name not in ("reactions", "told_at")}
    onset, now = row.values["onset_date"], timezone.now()
    return fields | {"happened_at": row.values.get("told_at") or (midday(onset, now) if onset else now)}


def add_reactions(rows: Sequence[Row]) -> None:
    """Those that each allergy does not have yet, or with another severity; none is taken away."""
    known = {
        (reaction.allergy_id, reaction.manifestation): reaction
        for reaction in AllergyReaction.objects.filter(allergy__in=[row.target_id for row in rows])
    }
    said = {
        (row.target_id, r["manifestation"]): r["severity"] for row in rows for r in row.values["reactions"]
    }
    AllergyReaction.objects.bulk_create(
        AllergyReaction(allergy_id=allergy, manifestation=words, severity=severity)
        for (allergy, words), severity in said.items()
        if (allergy, words) not in known
    )
    worse = [known[key] for key, severity in said.items() if key in known and known[key].severity != severity]
    for reaction in worse:
        reaction.severity = said[reaction.allergy_id, reaction.manifestation]
    AllergyReaction.objects.bulk_update(worse, ["severity"])
