"""What the words or the code of a medicine, or of an allergy, mean. Pure: no database, no clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from accounts.names import search_key
from clinical.medicines.substances import SUBSTANCES
from clinical.medicines.table import (
    CLASSES,
    COMBINATIONS,
    CROSSES,
    RXNORM_COMBINATIONS,
    SNOMED_NAMES,
    Cross,
    DrugClass,
)

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
ATC = "http://www.whocc.no/atc"
# Runs of letters and runs of digits: "Amoxicillin500mg" names amoxicillin, "penicillamine" is one word.
WORD = re.compile(r"[^\W\d_]+|\d+")
WHOLE = re.compile(r"[^\W_]+")
DIGITS = "0123456789"
# What stands beside a name and names nothing.
BESIDE = """
    mg g kg ml l microgram micrograms mcg unit units iu hr hour and or with of for to the a an in per by
    tablet tablets capsule capsules cream ointment gel spray inhaler solution suspension syrup drop drops
    injection injectable infusion patch powder sachet oral topical mouth chewable extended release modified
    film coated sodium potassium calcium magnesium hydrochloride sulfate sulphate acetate tartrate maleate
    allergy allergic intolerance substance product drug drugs medicine medicines disorder finding
"""
NAMES_NOTHING = frozenset(BESIDE.split())


@dataclass(frozen=True)
class Meaning:
    """Substances by name, and classes by key: those named as such and those of the substances."""

    substances: frozenset[str] = frozenset()
    named_classes: frozenset[str] = frozenset()

    @property
    def classes(self) -> frozenset[str]:
        return self.named_classes | classes_of(self.substances)

    def __bool__(self) -> bool:
        return bool(self.substances or self.named_classes)

    def __or__(self, other: "Meaning") -> "Meaning":
        return Meaning(self.substances | other.substances, self.named_classes | other.named_classes)


def words_of(text: str) -> list[str]:
    return WORD.findall(search_key(text))


def joined(text: str) -> str:
    return " ".join(words_of(text))


def spellings() -> Iterator[tuple[str, Meaning]]:
    for substance in SUBSTANCES:
        for name in (substance.name, *substance.also):
            yield joined(name), Meaning(frozenset([substance.name]))
    for name, parts in COMBINATIONS.items():
        yield joined(name), Meaning(frozenset(parts))
    for kind in CLASSES:
        for name in kind.names:
            yield joined(name), Meaning(frozenset(), frozenset([kind.key]))


NAMES = dict(spellings())
LONGEST = max(name.count(" ") + 1 for name in NAMES)
BY_KEY: dict[str, DrugClass] = {kind.key: kind for kind in CLASSES}
CODES: dict[tuple[str, str], Meaning] = (
    {(RXNORM, row.rxnorm): NAMES[joined(row.name)] for row in SUBSTANCES if row.rxnorm}
    | {(RXNORM, code): NAMES[name] for code, name in RXNORM_COMBINATIONS.items()}
    | {(SNOMED, code): NAMES[name] for code, name in SNOMED_NAMES.items()}
    | {(ATC, code): NAMES[joined(row.name)] for row in SUBSTANCES for code in row.atc}
)
MEMBERS: dict[str, frozenset[str]] = {
    kind.key: frozenset(row.name for row in SUBSTANCES if any(code.startswith(kind.atc) for code in row.atc))
    for kind in CLASSES
}


@lru_cache(maxsize=4096)
def meaning(words: str, system: str = "", code: str = "") -> Meaning:
    """All that the words name, as whole words, and what the code stands for; the longest name counts."""
    return CODES.get((system, code), Meaning()) | spoken(words_of(words))


def spoken(words: list[str]) -> Meaning:
    found, start = Meaning(), 0
    while start < len(words):
        length = next((n for n in range(LONGEST, 0, -1) if " ".join(words[start : start + n]) in NAMES), 0)
        if length:
            found |= NAMES[" ".join(words[start : start + length])]
        start += length or 1
    return found


def substances_in(words: str, system: str = "", code: str = "") -> frozenset[str]:
    return meaning(words, system, code).substances


def classes_of(substances: frozenset[str]) -> frozenset[str]:
    return frozenset(key for key, members in MEMBERS.items() if members & substances)


def is_known(words: str, system: str = "", code: str = "") -> bool:
    """Whether the checks can fire for it by substance or class."""
    return bool(meaning(words, system, code))


def crosses(ours: frozenset[str], theirs: frozenset[str]) -> Cross | None:
    """Where one of our classes is known to react across one of theirs."""
    pairs = {frozenset(cross.classes): cross for cross in CROSSES}
    met = (pairs.get(frozenset([one, other])) for one in sorted(ours) for other in sorted(theirs))
    return next((cross for cross in met if cross), None)


def same_words(one: str, other: str) -> bool:
    """For what the table does not know: one names nothing but words of the other."""
    ours, theirs = telling(one), telling(other)
    return bool(ours and theirs) and (ours <= theirs or theirs <= ours)


def telling(text: str) -> frozenset[str]:
    """The words without strengths: B6 and B12 are words, 500 and 500mg are not."""
    words = (word for word in WHOLE.findall(search_key(text)) if word not in NAMES_NOTHING)
    return frozenset(
        word for word in words if not (word[0].isdigit() and word.lstrip(DIGITS) in {"", *NAMES_NOTHING})
    )
