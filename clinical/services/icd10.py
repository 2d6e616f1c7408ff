"""Diagnoses by their codes: whether one may be given, and one from the list put into a draft."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.errors import DomainError, StaleVersion
from accounts.models import User
from accounts.rules import demand
from clinical.errors import EncounterNotOpen
from clinical.models import Diagnosis, Encounter, Icd10Code, MedicalRecord
from clinical.models.icd10 import CATEGORY, ICD10CM, is_code
from clinical.services.drafts import stored_diagnoses
from clinical.services.encounters import lock
from clinical.services.records import begin
from scheduling.services.calendar import patiently

MOST_DIAGNOSES = 15
OFFERED = 3


def look_up(codes: Iterable[str]) -> dict[str, Icd10Code]:
    """What the list says to these codes, in one query; in none when there are none."""
    wanted = {code for code in codes if code}
    return {row.code: row for row in Icd10Code.objects.filter(code__in=wanted)} if wanted else {}


def objection(code: str, known: Icd10Code | None) -> str:
    """Why this code may not be given, with codes that may; empty when it may.

    A house that has loaded no list takes every code of the right shape.
    """
    if known and known.is_billable:
        return ""
    if known:
        words = _("%(code)s is a heading; choose one below it: %(codes)s.")
        return words % {"code": code, "codes": offered([code.partition("-")[0]])}
    if not is_code(code):
        return _("Write a code like E11.9: a letter, two more characters, a dot and what follows it.")
    if not Icd10Code.objects.exists():
        return ""
    return unknown(code)


def unknown(code: str) -> str:
    """Near are the codes that begin alike; the longer the beginning, the nearer."""
    nearest = offered([code[:length] for length in range(CATEGORY, len(code) + 1)])
    if nearest:
        return _("%(code)s is not in the list. The nearest: %(codes)s.") % {"code": code, "codes": nearest}
    return _("%(code)s is not in the list. Find a code by words, or leave this box empty.") % {"code": code}


def offered(beginnings: list[str]) -> str:
    return "; ".join(map(str, Icd10Code.objects.below(beginnings)[:OFFERED]))


@patiently
def add_diagnosis(
    *, encounter: Encounter, code: Icd10Code, version: int, actor: User, now: datetime
) -> MedicalRecord | None:
    """Put a code of the list into the draft, as the next diagnosis; sent twice, it stands there once.

    `version` is that of the draft the page was opened with, 0 when there was none. Raises StaleVersion when
    somebody saved in between.
    """
    demand(actor, "clinical.write_record", encounter)
    with acting(actor, reason="diagnosis from the list of codes"):
        encounter = lock(encounter)
        if not encounter.is_open:
            raise EncounterNotOpen
        record = MedicalRecord.objects.latest_of(encounter)
        there = list(encounter.diagnoses.order_by("pk"))
        if any((row.system, row.code) == (ICD10CM, code.code) for row in there):
            return record
        if version != (record.version if record else 0):
            raise StaleVersion(rows=[(_("Diagnoses"), str(code), stored_diagnoses(encounter))])
        require_room(code, there)
        record = record or begin(encounter, actor, now)
        record.version += 1
        record.save()
        next_diagnosis(encounter, code, first=not there, now=now).save()
    return record


def require_room(code: Icd10Code, there: list[Diagnosis]) -> None:
    if words := objection(code.code, code):
        raise DomainError(words)
    if len(there) >= MOST_DIAGNOSES:
        raise DomainError(
            _("The note holds %(most)d diagnoses. Remove one first.") % {"most": MOST_DIAGNOSES}
        )


def next_diagnosis(encounter: Encounter, code: Icd10Code, *, first: bool, now: datetime) -> Diagnosis:
    return Diagnosis(
        encounter=encounter,
        system=ICD10CM,
        code=code.code,
        display=code.display,
        kind=Diagnosis.Kind.PRINCIPAL if first else Diagnosis.Kind.SECONDARY,
        happened_at=now,
        recorded_at=now,
    )
