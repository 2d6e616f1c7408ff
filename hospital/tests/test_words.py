"""What patients read is in plain words (ux T4 and T6)."""

import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.template.loader import get_template

OURS = settings.BASE_DIR / "templates"
MESSAGES = Path(allauth.__file__).parent / "templates" / "account" / "messages"
NAMES = sorted(
    {str(path.relative_to(OURS)) for path in OURS.rglob("*") if path.is_file()}
    | {f"account/messages/{path.name}" for path in MESSAGES.glob("*.txt")}
)
BANNED = re.compile(r"\b(?:invalid|click here|please|successfully|forbidden)\b", re.IGNORECASE)
# Words of the code, such as the names of classes and variables, are nobody's reading.
CODE = re.compile(r"""\{#.*?#\}|\bclass="[^"]*"|\b\w*-invalid\b""", re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
def test_no_template_uses_words_that_blame_or_say_nothing(name: str) -> None:
    source = get_template(name).template.source

    assert BANNED.findall(CODE.sub("", source)) == []
