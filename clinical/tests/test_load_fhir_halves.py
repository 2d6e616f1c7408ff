"""Halves of characters and other letters that nothing can keep: refused in words, wherever they stand."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from accounts.models import LoadBatch, Patient
from clinical.loading.fhir.halves import HalfCharacter, WholeCharacters
from clinical.tests import fhir_bundle as fhir
from clinical.tests.fhir_bundle import Ran

HALF, PAIR, WRITTEN = rb"\ud800", rb"\ud83d\ude00", rb"\\ud800"


SIZES = range(1, 30)


def read_through(text: bytes, size: int) -> None:
    stream = WholeCharacters(BytesIO(text))
    while stream.read(size):
        pass


@pytest.mark.parametrize(
    "text", [PAIR, WRITTEN, PAIR + PAIR, WRITTEN + PAIR, rb"\\\\" + PAIR, rb"\n\"\/\u00e9"]
)
def test_whole_characters_pass_wherever_the_pieces_are_cut(text: bytes) -> None:
    for size in SIZES:
        read_through(b'{"a": "' + text + b'", "b": "' + text + b'"}', size)


@pytest.mark.parametrize(
    "text",
    [
        *(HALF, rb"\udc00", rb"\ud800\u0041", rb"\ud800\ud800", rb"\ude00\ud83d"),
        *(rb"\\" + HALF, PAIR + HALF, HALF + PAIR, rb"\uD8Ff"),
    ],
)
def test_half_a_character_is_found_wherever_the_pieces_are_cut(text: bytes) -> None:
    for size in SIZES:
        with pytest.raises(HalfCharacter, match="half a character"):
            read_through(b'{"a": "' + text + b'"}', size)


# Where a half may stand: in a name, a value that is kept, one that is not, an id, the name of an element.
PLACES = [
    fhir.patient(name=[{"family": "HALF"}]),
    fhir.patient(text={"status": "generated", "div": "HALF"}),
    fhir.patient("HALF"),
    fhir.patient(HALF="x"),
    fhir.organization(name="HALF"),
    {"resourceType": "Claim", "id": "HALF"},
    {"resourceType": "HALF"},
]


@pytest.mark.django_db
@pytest.mark.parametrize("resource", PLACES)
def test_a_bundle_with_half_a_character_is_refused_in_words(tmp_path: Path, resource: fhir.Resource) -> None:
    path = tmp_path / "all.json"
    whole = json.dumps(fhir.bundle(fhir.patient("ben"), resource)).encode()
    path.write_bytes(whole.replace(b"HALF", HALF))

    ran = Ran(path, "--keep-going", "--errors", tmp_path / "errors")

    assert (ran.code, Patient.objects.count(), LoadBatch.objects.count()) == (2, 0, 0)
    assert r"all.json: This is no sound JSON" in ran.err
    assert r"It holds half a character (\ud800)" in ran.err


@pytest.mark.django_db
@pytest.mark.parametrize("resource", PLACES)
def test_a_line_with_half_a_character_costs_only_itself(tmp_path: Path, resource: fhir.Resource) -> None:
    path = tmp_path / "all.ndjson"
    lines = [json.dumps(one).encode() for one in (fhir.patient("ben"), resource, fhir.patient("cleo"))]
    path.write_bytes(b"\n".join(lines).replace(b"HALF", HALF))

    ran = Ran(path, "--keep-going", "--errors", tmp_path / "errors")

    assert (ran.code, ran.told("refused"), Patient.objects.count()) == (1, {"Bundle": 1}, 2)
    assert r"It holds half a character (\ud800)" in ran.err


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["all.json", "all.ndjson"])
def test_two_halves_that_belong_together_are_a_character(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(json.dumps(fhir.patient(name=[{"text": "HALF"}])).encode().replace(b"HALF", PAIR))

    ran = Ran(path)

    assert (ran.code, Patient.objects.get().given_name) == (0, "\N{GRINNING FACE}")


@pytest.mark.django_db
def test_a_nul_in_a_resource_is_told_in_letters_that_can_be_kept(tmp_path: Path) -> None:
    path = fhir.write(
        tmp_path, fhir.patient(name=[{"family": "A\0"}], **{"co\0lour": "red"}), fhir.patient("ben")
    )

    ran = Ran(path, "--keep-going")

    assert (ran.code, Patient.objects.count()) == (1, 1)
    assert "Patient.name[0].family “A\N{REPLACEMENT CHARACTER}”: This holds control characters" in ran.err
    assert "\0" not in ran.err
    assert "\\u0000" not in json.dumps(LoadBatch.objects.get().report)
