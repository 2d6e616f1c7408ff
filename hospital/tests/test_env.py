"""What the hospital takes from its environment is written in .env.example, and nothing else is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "hospital" / "settings.py"
EXAMPLE = (ROOT / ".env.example").read_text()
# Not settings of Django: name → the file that reads it.
READ_ELSEWHERE = {
    "TEST_DATABASE_URL": "Makefile",
    "CHROMIUM": "Makefile",
    "HOSPITAL_REQUIRE_BROWSER": "Makefile",
    "HOSPITAL_SAMPLE_DATA": ".ci/run",
    "POSTGRES_PASSWORD": "compose.yaml",
}


def names_read(source: str) -> Iterator[str]:
    """First arguments of env("…") and env.kind("…")."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        asked = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        first = node.args[0]
        if isinstance(asked, ast.Name) and asked.id == "env" and isinstance(first, ast.Constant):
            yield str(first.value)


def names_shown() -> list[str]:
    return re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", EXAMPLE, flags=re.MULTILINE)


def test_env_example_shows_exactly_the_names_that_are_read() -> None:
    assert sorted(names_shown()) == sorted({*names_read(SETTINGS.read_text())} | READ_ELSEWHERE.keys())


@pytest.mark.parametrize("name", READ_ELSEWHERE)
def test_names_that_are_no_settings_are_read_where_we_say(name: str) -> None:
    assert name in (ROOT / READ_ELSEWHERE[name]).read_text()


@pytest.mark.parametrize(
    "source",
    ["env('COLOUR')", "env.str('COLOUR', default='red')", "X = env.bool('COLOUR') or 1"],
)
def test_every_way_of_reading_is_seen(source: str) -> None:
    assert [*names_read(source)] == ["COLOUR"]


def test_no_other_module_of_the_house_reads_the_environment() -> None:
    modules = [
        path.relative_to(ROOT).as_posix()
        for app in ("accounts", "scheduling", "clinical", "hospital")
        for path in (ROOT / app).rglob("*.py")
        if "tests" not in path.parts
        and re.search(r"os\.(environ\b(?!\.setdefault)|getenv)", path.read_text())
    ]

    assert modules == []
