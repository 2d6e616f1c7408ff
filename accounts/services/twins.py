"""Who may be the same person: found by a few indexed columns, compared by a pure function, decided by the desk."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import jellyfish
from django.utils.translation import gettext_lazy as _

from accounts.audit import acting
from accounts.errors import CannotMerge, LikelyTwin
from accounts.models import Gender, Patient, PossibleTwin, Reason, User
from accounts.models.patient import swapped
from accounts.names import sound_key
from accounts.rules import demand

# A name and a date of birth that both fit are likely one person; either alone never is.
POINTS: dict[str, int] = {
    Reason.NAME: 40,
    Reason.SOUND: 30,
    Reason.SIMILAR: 20,
    Reason.GIVEN: 10,
    Reason.BIRTH_DATE: 40,
    Reason.SWAPPED: 30,
    Reason.NEAR: 20,
    Reason.PHONE: 40,
    Reason.EMAIL: 40,
    Reason.IDENTIFIER: 60,
}
OTHER_BIRTH_DATE, OTHER_SEX = -30, -20
LIKELY = 60
# Jaro-Winkler: one letter in ten may differ.
ALIKE = 0.92
MOST = 20
MERGED_MEANWHILE = _("These two files were merged meanwhile. Undo the merge if they are two people.")


class Person(NamedTuple):
    """What is compared of a patient, as it is stored: among millions of them telephones are only text."""

    pk: int
    given_name: str
    search_name: str
    name_sounds: str
    birth_date: date | None
    gender: str
    phone: str
    email: str


class Twin(NamedTuple):
    """A patient who may be the same person, and what speaks for it."""

    patient: Any
    points: int
    reasons: list[str]

    @property
    def words(self) -> list[Any]:
        return [Reason(reason).label for reason in self.reasons]


def likely(person: Patient) -> list[Twin]:
    """Standing files that are likely the same person's, the likeliest first; one query."""
    return compared(person, Patient.objects.alike(person))[:MOST]


def compared(
    person: Patient | Person, others: Iterable[Patient | Person], keys: Collection[int] = ()
) -> list[Twin]:
    """Those of the others who are likely the person; `keys` are of those who share an identifier."""
    found = [compare(person, other, other.pk in keys) for other in others]
    return sorted((twin for twin in found if twin.points >= LIKELY), key=lambda twin: -twin.points)


def compare(person: Patient | Person, other: Patient | Person, same_identifier: bool = False) -> Twin:
    """How likely the two are one person, and why, in points; reads nothing."""
    reasons = [*same_name(person, other), *same_birth(person, other), *same_contact(person, other)]
    points = sum(POINTS[reason] for reason in reasons)
    if person.birth_date and other.birth_date and not same_birth(person, other):
        points += OTHER_BIRTH_DATE
    if {person.gender, other.gender} == {Gender.FEMALE, Gender.MALE}:
        points += OTHER_SEX
    if not same_name(person, other):
        points = 0  # a family shares a telephone, and many people a birthday
    if same_identifier:
        reasons, points = [*reasons, Reason.IDENTIFIER], points + POINTS[Reason.IDENTIFIER]
    return Twin(other, points, reasons)


def same_name(person: Patient | Person, other: Patient | Person) -> list[str]:
    """The strongest thing to be said about the names, if any."""
    mine, theirs = (sorted(one.search_name.split()) for one in (person, other))
    if mine == theirs:
        return [Reason.NAME]
    if person.name_sounds and person.name_sounds == other.name_sounds:
        return [Reason.SOUND]
    shared = set(person.name_sounds.split()) & set(other.name_sounds.split())
    fewest = min(len(person.name_sounds.split()), len(other.name_sounds.split()))
    likeness = jellyfish.jaro_winkler_similarity(" ".join(mine), " ".join(theirs))
    if len(shared) == fewest >= 2 or likeness >= ALIKE:
        return [Reason.SIMILAR]
    return [Reason.GIVEN] if sound_key(person.given_name) == sound_key(other.given_name) else []


def same_birth(person: Patient | Person, other: Patient | Person) -> list[str]:
    mine, theirs = person.birth_date, other.birth_date
    if not mine or not theirs:
        return []
    if mine == theirs:
        return [Reason.BIRTH_DATE]
    if theirs in swapped(mine):
        return [Reason.SWAPPED]
    return [Reason.NEAR] if parts_alike(mine, theirs) == 2 else []


def parts_alike(one: date, other: date) -> int:
    return sum([one.year == other.year, one.month == other.month, one.day == other.day])


def same_contact(person: Patient | Person, other: Patient | Person) -> list[str]:
    reasons: list[str] = [Reason.PHONE] if person.phone and person.phone == other.phone else []
    same_email = person.email and person.email.lower() == other.email.lower()
    return [*reasons, Reason.EMAIL] if same_email else reasons


def refuse_unseen(twins: Sequence[Twin], seen: Collection[int]) -> None:
    """LikelyTwin while somebody alike has not been looked at."""
    if any(twin.patient.pk not in seen for twin in twins):
        raise LikelyTwin(twins)


def queue(person: Patient, twins: Iterable[Twin], *, source: str, now: datetime) -> list[int]:
    """Leave each pair for the desk to decide; a pair that stands already, decided or not, stays as it is."""
    return [note(person, twin, now=now, source=source).pk for twin in twins]


def note_different(person: Patient, twins: Iterable[Twin], *, actor: User, now: datetime) -> None:
    """The desk looked at them and registered someone else."""
    decided = {"status": PossibleTwin.Status.DIFFERENT, "decided_by": actor, "decided_at": now}
    for twin in twins:
        note(person, twin, now=now, source=PossibleTwin.Source.DESK, **decided)


def note(person: Patient, twin: Twin, *, now: datetime, **facts: Any) -> PossibleTwin:
    first, second = sorted([person, twin.patient], key=lambda patient: patient.pk)
    told = {"reasons": twin.reasons, "recorded_at": now} | facts
    return PossibleTwin.objects.get_or_create(first=first, second=second, defaults=told)[0]


def keep_apart(*, twin: PossibleTwin, actor: User, now: datetime) -> PossibleTwin:
    """“It is someone else”: decided once, and not asked again; refused when the two were merged meanwhile."""
    demand(actor, "accounts.change_possibletwin", twin)
    with acting(actor, reason="someone else"):
        twin = PossibleTwin.objects.select_for_update(of=("self",)).get(pk=twin.pk)
        if twin.status == PossibleTwin.Status.MERGED:
            raise CannotMerge(MERGED_MEANWHILE)
        if twin.status == PossibleTwin.Status.OPEN:
            twin.status, twin.decided_by, twin.decided_at = PossibleTwin.Status.DIFFERENT, actor, now
            twin.save(update_fields=["status", "decided_by", "decided_at"])
    return twin
