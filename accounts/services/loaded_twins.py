"""Likely twins among loaded patients: nobody can be asked, so they wait for the desk."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import Patient, PossibleTwin, SourceReference
from accounts.services.twins import compared


def queue_loaded(keys: Mapping[int, str], *, now: datetime) -> None:
    """Compares the patients, named with the keys that their source gave them, with all others; four queries.

    By date of birth, telephone and key: a name alone would bring up too many rows.
    """
    loaded = list(Patient.objects.filter(pk__in=keys))
    same_key = sharing_keys(keys)
    near = by_fact(alike(loaded, same_key))
    found: dict[tuple[int, int], list[str]] = {}
    for person in loaded:
        known = same_key[person.pk]
        others = {other.pk: other for fact in facts(person, known) for other in near[fact] if other != person}
        for twin in compared(person, others.values(), known):
            found[min(person.pk, twin.patient.pk), max(person.pk, twin.patient.pk)] = twin.reasons
    told = {"source": PossibleTwin.Source.LOAD, "recorded_at": now}
    pairs = [PossibleTwin(first_id=a, second_id=b, reasons=why, **told) for (a, b), why in found.items()]
    PossibleTwin.objects.bulk_create(pairs, ignore_conflicts=True)


def sharing_keys(keys: Mapping[int, str]) -> dict[int, set[int]]:
    """For each patient those whom another system knows under the same key."""
    references = SourceReference.objects.filter(kind="patient", value__in=set(keys.values()))
    holders: dict[str, set[int]] = defaultdict(set)
    for value, target in references.values_list("value", "target_id"):
        holders[value].add(target)
    return {pk: holders[value] - {pk} for pk, value in keys.items()}


def alike(loaded: Iterable[Patient], same_key: Mapping[int, set[int]]) -> Any:
    days = {person.birth_date for person in loaded} - {None}
    phones = {str(person.phone) for person in loaded if person.phone}
    shared = Q(birth_date__in=days) | Q(phone__in=phones) | Q(pk__in=set().union(*same_key.values()))
    return Patient.objects.filter(shared, merged_into__isnull=True)


def by_fact(patients: Iterable[Patient]) -> dict[Any, list[Patient]]:
    near: dict[Any, list[Patient]] = defaultdict(list)
    for patient in patients:
        for fact in facts(patient, {patient.pk}):
            near[fact].append(patient)
    return near


def facts(patient: Patient, keys: Iterable[int]) -> Iterator[Any]:
    """What two rows may share: a date, a number, or the key of a patient."""
    if patient.birth_date:
        yield patient.birth_date
    if patient.phone:
        yield str(patient.phone)
    yield from keys
