"""What rows of a house's files may name without having brought it: places, departments, doctors, patients."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from accounts import mrn
from accounts.loading.house.names import split_name
from accounts.loading.house.people import People
from accounts.loading.kinds import Kind
from accounts.models import Department, Doctor, Location, Patient, PatientIdentifier
from accounts.names import search_key

TITLES = frozenset({"dr", "dr.", "doctor", "prof", "prof.", "professor"})
RECORD_NUMBER = PatientIdentifier.Type.MEDICAL_RECORD


class Known(Kind):
    """Rows of another load or of the back office; no table of the file holds them."""

    table = ""

    def found(self, keys: Iterable[str]) -> Mapping[str, set[int]]:
        """By key all rows that it may mean."""
        raise NotImplementedError

    def named(self, keys: Iterable[str]) -> dict[str, int]:
        return {key: next(iter(rows)) for key, rows in self.found(keys).items() if len(rows) == 1}

    def lacking(self, key: str) -> str:
        return self.several(key) if len(self.found([key]).get(key, ())) > 1 else self.nobody(key)

    def several(self, key: str) -> str:
        return _("There are several of this name. Use the key of one.")

    def nobody(self, key: str) -> str:
        raise NotImplementedError


class KnownDepartments(Known):
    name = "departments"
    model = Department

    def found(self, keys: Iterable[str]) -> Mapping[str, set[int]]:
        return by_casefold(keys, Department.objects.current().values_list("name", "pk"))

    def nobody(self, key: str) -> str:
        return _("There is no department of this name. Load the departments first.")


class KnownLocations(Known):
    name = "locations"
    model = Location

    def found(self, keys: Iterable[str]) -> Mapping[str, set[int]]:
        return by_casefold(keys, Location.objects.current().values_list("name", "pk"))

    def nobody(self, key: str) -> str:
        return _("There is no location of this name. Add it in the back office first.")

    def several(self, key: str) -> str:
        return _("Several locations have this name. Rename one of them first.")


class KnownDoctors(Known):
    """By licence number; else by the full name, with or without a title."""

    name = "doctors"
    model = Doctor

    def found(self, keys: Iterable[str]) -> Mapping[str, set[int]]:
        wanted = {key: search_key(*split_name(untitled(key))) for key in keys}
        here = Doctor.objects.current()
        by_licence = gathered(here.filter(licence_number__in=wanted).values_list("licence_number", "pk"))
        by_name = gathered(here.filter(search_name__in=set(wanted.values())).values_list("search_name", "pk"))
        return {key: by_licence.get(key) or by_name.get(name, set()) for key, name in wanted.items()}

    def nobody(self, key: str) -> str:
        return _("There is no doctor with this key, licence number or name. Load the doctors first.")

    def several(self, key: str) -> str:
        return _("Several doctors have this name. Use the licence number or the key.")


class KnownPatients(Known):
    """By the record number of this house; else by the one of another house that was kept."""

    name = "patients"
    model = Patient
    fact, heirs = People.fact, People.heirs

    def found(self, keys: Iterable[str]) -> Mapping[str, set[int]]:
        wanted = {key: mrn.normalise(key) for key in keys}
        own = gathered(Patient.objects.filter(mrn__in=set(wanted.values())).values_list("mrn", "pk"))
        others = PatientIdentifier.objects.filter(type=RECORD_NUMBER, value__in=wanted)
        kept = gathered(others.values_list("value", "patient_id"))
        return {key: own.get(number) or kept.get(key, set()) for key, number in wanted.items()}

    def nobody(self, key: str) -> str:
        return _("There is no patient with this key or record number. Load the patients first.")

    def several(self, key: str) -> str:
        return _("Several patients have this record number. Use the key or the record number of this house.")


def untitled(name: str) -> str:
    first, _space, rest = name.partition(" ")
    return rest.strip() if first.casefold() in TITLES and rest.strip() else name


def gathered(pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for name, pk in pairs:
        found[name].add(pk)
    return found


def by_casefold(keys: Iterable[str], pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    found = gathered((name.casefold(), pk) for name, pk in pairs)
    return {key: found.get(key.casefold(), set()) for key in keys}
