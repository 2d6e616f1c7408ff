"""How names are compared."""

import pytest

from accounts.names import search_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (("José", "O'Neill"), "jose o'neill"),
        (("  Nguyễn ", "Thị  Hoa"), "nguyen thi hoa"),
        (("STRAẞE", ""), "strasse"),
        (("محمد", ""), "محمد"),
        (("Ana", ""), "ana"),
    ],
)
def test_case_accents_and_spare_spaces_do_not_count(written: tuple[str, str], key: str) -> None:
    assert search_key(*written) == key
