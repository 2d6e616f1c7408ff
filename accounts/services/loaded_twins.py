"""Likely twins among loaded patients: nobody can be asked, so they wait for the desk.

However many people share a date of birth, a telephone or a number, what is read and compared for each loaded
person stays within bounds: the cost of a load grows with its rows, not with their square.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import CharField, ExpressionWrapper, F

from accounts.models import LoadBatch, Patient, PatientIdentifier, PossibleTwin, Reason, SourceReference
from accounts.models.among import Among
from accounts.services.twins import MOST, Person, Twin, compared

# On average for each loaded person: rows that are read, and people who are compared at most.
MOST_READ, MOST_COMPARED = 40, 50
# A key that a load made of what the row says: alike in two sources, it is no identifier.
MADE_KEY = re.compile(r"[0-9a-f]{64}-\d+")

Pairs = dict[tuple[int, int], list[str]]


class Known(NamedTuple):
    """As much of a patient as decides whom to compare with."""

    pk: int
    birth_date: Any
    phone: str
    name_sounds: str

    def facts(self) -> Iterator[tuple[Any, str]]:
        """What two people must share to be compared: a date or telephone, and the name or a word of it by sound."""
        shared = [fact for fact in (self.birth_date, self.phone) if fact]
        words = [self.name_sounds, *self.name_sounds.split()]
        yield from ((fact, word) for word in dict.fromkeys(words) if word for fact in shared)


class Near:
    """By date or telephone, the sounds of those who were loaded: of all who share one, few share a sound too."""

    def __init__(self, loaded: Iterable[Known]) -> None:
        self.sounds: dict[Any, set[str]] = defaultdict(set)
        for person in loaded:
            for fact, word in person.facts():
                self.sounds[fact].add(word)

    def has(self, person: Known) -> bool:
        words = person.name_sounds.split()
        return any(
            not self.sounds[fact].isdisjoint(words)
            for fact in (person.birth_date, person.phone)
            if fact in self.sounds
        )


def queue_loaded(keys: Mapping[int, str], *, now: datetime) -> bool:
    """Compares the patients, named with the keys that their source gave them, with all others; seven queries at most.

    By date of birth, telephone and key: a name alone would bring up too many rows. False when so many are alike
    that not all of them were compared.
    """
    loaded = [Known(*facts) for facts in standing(lean().filter(Among("pk", keys)))]
    others, is_whole = alike(loaded)
    near = by_fact(others)
    same_key = sharing_keys(keys)
    chosen = {person.pk: candidates(person, near, same_key[person.pk]) for person in loaded}
    is_whole &= all(len(found) < MOST_COMPARED for found in chosen.values())
    queue(pairs(chosen, same_key), now=now)
    return is_whole


def queue_sharing(identifiers: Collection[int], *, now: datetime) -> None:
    """The same for people who have a number in common, loaded just now; seven queries at most."""
    loaded = list(
        PatientIdentifier.objects.filter(pk__in=identifiers).values_list("patient_id", "type", "value")
    )
    same = PatientIdentifier.objects.filter(
        Among("value", {value for _pk, _type, value in loaded})
    ).order_by()
    rows = same.values_list("patient_id", "type", "value", "patient__merged_into")
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for pk, kind, value, merged_into in rows[: MOST_READ * len(loaded)]:
        if merged_into is None:
            holders[kind, value].append(pk)
    sharing: dict[int, set[int]] = defaultdict(set)
    for pk, kind, value in loaded:
        sharing[pk] |= set(holders[kind, value][: MOST + 1]) - {pk}
    queue(pairs(sharing, sharing), now=now)


def stored(*columns: str) -> Any:
    """Telephones as they are stored: as numbers they would be taken apart at every comparison."""
    digits = ExpressionWrapper(F("phone"), output_field=CharField())
    return Patient.objects.order_by().annotate(digits=digits).values_list(*columns, "merged_into")


def lean() -> Any:
    return stored("pk", "birth_date", "digits", "name_sounds")


def standing(rows: Iterable[Any]) -> Iterator[Any]:
    """Who was not merged, which is asked here: a database that was asked would look through all who were not."""
    return (facts for *facts, merged_into in rows if merged_into is None)


def alike(loaded: Collection[Known]) -> tuple[list[Known], bool]:
    """Who shares a date or telephone with them; when those are too many, who also has a name of the same sound."""
    found: dict[int, Known] = {}
    near, limit, is_whole = Near(loaded), MOST_READ * len(loaded), True
    sounds = {person.name_sounds for person in loaded}
    for name, values in (
        ("birth_date", {person.birth_date for person in loaded} - {None}),
        ("digits", {person.phone for person in loaded} - {""}),
    ):
        rows = lean().filter(Among(name, values)) if values else lean().none()
        read = list(rows[: limit + 1])
        if len(read) > limit:
            is_whole = False
            read += rows.filter(Among("name_sounds", sounds))[:limit]
        found |= {person.pk: person for person in map(Known._make, standing(read)) if near.has(person)}
    return list(found.values()), is_whole


def by_fact(patients: Iterable[Known]) -> dict[Any, list[int]]:
    near: dict[Any, list[int]] = defaultdict(list)
    for patient in patients:
        for fact in patient.facts():
            near[fact].append(patient.pk)
    return near


def candidates(person: Known, near: Mapping[Any, list[int]], same_key: set[int]) -> set[int]:
    """Those of one key, then those of the same name by sound, then those who share a word of it."""
    found = dict.fromkeys(sorted(same_key))
    for fact in person.facts():
        if len(found) > MOST_COMPARED:
            break
        found |= dict.fromkeys(near.get(fact, ())[: MOST_COMPARED + 1])
    found.pop(person.pk, None)
    return set(list(found)[:MOST_COMPARED])


def sharing_keys(keys: Mapping[int, str]) -> dict[int, set[int]]:
    """For each patient those whom another system knows under the same key."""
    said = {value for value in keys.values() if not MADE_KEY.fullmatch(value)}
    systems = LoadBatch.objects.systems()
    references = SourceReference.objects.filter(Among("value", said), system__in=systems, kind="patient")
    holders: dict[str, set[int]] = defaultdict(set)
    for value, target in references.values_list("value", "target_id"):
        holders[value].add(target)
    return {pk: holders.get(value, set()) - {pk} for pk, value in keys.items()}


def pairs(chosen: Mapping[int, set[int]], same: Mapping[int, set[int]]) -> Pairs:
    """Who is likely the same person, at most so many for each, with the reasons; one query."""
    asked = {pk: others for pk, others in chosen.items() if others}
    people = of_keys(set(asked).union(*asked.values()))
    found: Pairs = {}
    for pk, others in asked.items():
        if pk in people:
            there = [people[other] for other in sorted(others) if other in people]
            for twin in compared(people[pk], there, same[pk])[:MOST]:
                found[min(pk, twin.patient.pk), max(pk, twin.patient.pk)] = reasons(twin)
    return found


def of_keys(keys: Collection[int]) -> dict[int, Person]:
    columns = ["digits" if name == "phone" else name for name in Person._fields]
    rows = stored(*columns).filter(Among("pk", keys))
    return {person.pk: person for person in map(Person._make, standing(rows))}


def reasons(twin: Twin) -> list[str]:
    return [str(reason) for reason in twin.reasons]


def queue(found: Pairs, *, now: datetime) -> None:
    """A pair that stands already stays as it is; while nobody has decided it, a shared number is one reason more."""
    if not found:
        return
    told = {"source": PossibleTwin.Source.LOAD, "recorded_at": now}
    PossibleTwin.objects.bulk_create(
        (PossibleTwin(first_id=a, second_id=b, reasons=why, **told) for (a, b), why in found.items()),
        ignore_conflicts=True,
    )
    sharing = {pair for pair, why in found.items() if Reason.IDENTIFIER in why}
    if sharing:
        add_reason(sharing)


def add_reason(sharing: set[tuple[int, int]]) -> None:
    standing = PossibleTwin.objects.filter(
        status=PossibleTwin.Status.OPEN,
        first__in={a for a, _b in sharing},
        second__in={b for _a, b in sharing},
    )
    changed = [
        twin
        for twin in standing.select_for_update(of=("self",))
        if (twin.first_id, twin.second_id) in sharing and Reason.IDENTIFIER not in twin.reasons
    ]
    for twin in changed:
        twin.reasons = [*twin.reasons, Reason.IDENTIFIER]
    PossibleTwin.objects.bulk_update(changed, ["reasons"])
