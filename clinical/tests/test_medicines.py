"""The table of substances and classes: sound in itself, cited, and matched by whole words whatever is typed."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.medicines import classes_of, crosses, is_known, meaning, same_words, substances_in
from clinical.medicines.matching import MEMBERS, NAMES, joined, spellings
from clinical.medicines.substances import SUBSTANCES
from clinical.medicines.table import CLASSES, COMBINATIONS, CROSSES, SNOMED_NAMES

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"


@pytest.mark.parametrize(
    ("words", "substances", "classes"),
    [
        ("Amoxicillin 500 mg capsule", {"amoxicillin"}, {"penicillins"}),
        ("amoxicillin/clavulanate", {"amoxicillin", "clavulanic acid"}, {"penicillins"}),
        ("Co-amoxiclav 625", {"amoxicillin", "clavulanic acid"}, {"penicillins"}),
        ("AMOXICILLIN500MG", {"amoxicillin"}, {"penicillins"}),
        ("Amoxicillín", {"amoxicillin"}, {"penicillins"}),
        ("penicillamine", {"penicillamine"}, set()),
        ("Penicillin", set(), {"penicillins"}),
        ("Allergy to penicillin", set(), {"penicillins"}),
        ("penicillin V", {"phenoxymethylpenicillin"}, {"penicillins"}),
        ("Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG", {"paracetamol", "oxycodone"}, {"opioids"}),
        ("Aspirin", {"acetylsalicylic acid"}, {"nsaids"}),
        ("nystatin", set(), set()),
        ("Latex", set(), set()),
        ("", set(), set()),
    ],
)
def test_words_are_understood(words: str, substances: set[str], classes: set[str]) -> None:
    found = meaning(words)

    assert (set(found.substances), set(found.classes)) == (substances, classes)


@pytest.mark.parametrize(
    ("system", "code", "substances", "classes"),
    [
        (RXNORM, "7984", {"phenoxymethylpenicillin"}, {"penicillins"}),
        (RXNORM, "10831", {"sulfamethoxazole", "trimethoprim"}, {"sulfonamides"}),
        (SNOMED, "91936005", set(), {"penicillins"}),
        ("http://www.whocc.no/atc", "B01AC06", {"acetylsalicylic acid"}, {"nsaids"}),
        (SNOMED, "7984", set(), set()),
        ("", "7984", set(), set()),
    ],
)
def test_codes_are_understood_in_their_own_system(
    system: str, code: str, substances: set[str], classes: set[str]
) -> None:
    found = meaning("", system, code)

    assert (set(found.substances), set(found.classes)) == (substances, classes)


def test_no_spelling_means_two_things() -> None:
    meanings = defaultdict(set)
    for name, found in spellings():
        meanings[name].add(found)

    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_every_name_is_stored_once_and_every_code_names_one_substance() -> None:
    names = [row.name for row in SUBSTANCES]
    codes = [code for row in SUBSTANCES for code in (*row.atc, row.rxnorm) if code]

    assert len(names) == len(set(names)) and len(codes) == len(set(codes))
    assert all(row.atc for row in SUBSTANCES)


def test_every_class_and_every_cross_reaction_is_cited_and_has_members() -> None:
    keys = {kind.key for kind in CLASSES}

    assert all(kind.source for kind in CLASSES) and all(cross.source for cross in CROSSES)
    assert all(MEMBERS[key] for key in keys)
    assert {key for cross in CROSSES for key in cross.classes} <= keys


def test_a_substance_belongs_to_one_class_at_most() -> None:
    assert {
        row.name: found for row in SUBSTANCES if len(found := classes_of(frozenset([row.name]))) > 1
    } == {}


def test_combinations_and_coded_allergies_name_what_the_table_has() -> None:
    names = {row.name for row in SUBSTANCES}

    assert {part for parts in COMBINATIONS.values() for part in parts} <= names
    assert {joined(name) for name in SNOMED_NAMES.values()} <= set(NAMES)


def test_classes_cross_both_ways() -> None:
    one, other = frozenset(["penicillins"]), frozenset(["cephalosporins"])

    assert crosses(one, other) is crosses(other, one) is not None
    assert crosses(one, frozenset(["statins"])) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Zolpidem", "zolpidem 10 mg tablet", True),
        ("Allergy to zolpidem", "Zolpidem", True),
        ("sodium", "diclofenac sodium", False),
        ("Tablet", "Zolpidem tablet", False),
        ("Zolpidem tartrate", "Eszopiclone", False),
        ("Vitamin B6", "Vitamin B12", False),
        ("Vitamin B12 500mg", "vitamin b12", True),
        ("", "", False),
    ],
)
def test_what_the_table_does_not_know_is_compared_by_its_words(one: str, other: str, same: bool) -> None:
    assert same_words(one, other) is same is same_words(other, one)


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=40))
def test_no_words_are_too_strange(words: str, system: str, code: str) -> None:
    assert is_known(words, system, code) in (True, False)
    assert substances_in(words) <= {row.name for row in SUBSTANCES}
    assert same_words(words, code) in (True, False)


@given(st.sampled_from(sorted(NAMES)), st.text(alphabet="bcdfghj", min_size=1, max_size=5))
def test_a_longer_word_is_another_word(name: str, more: str) -> None:
    """A name inside a word is no name."""
    assert not is_known(name.replace(" ", "") + more) or joined(name.replace(" ", "") + more) in NAMES
