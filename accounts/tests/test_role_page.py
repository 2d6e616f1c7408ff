"""The page about one's role says what the table says, in words."""

import pytest
from django.urls import reverse

from accounts.roles import TABLE, WORDS, Role


def test_every_permission_has_words_and_no_words_lack_a_permission():
    assert set(WORDS) == set().union(*TABLE.values())


def test_no_two_permissions_are_called_the_same():
    assert len({str(words) for words in WORDS.values()}) == len(WORDS)


@pytest.mark.parametrize("role", ["ana_user", "nurse", "reception", "privacy", "admin"])
def test_the_page_lists_exactly_what_the_role_may_do(client, request, role):
    user = request.getfixturevalue(role)
    client.force_login(user)

    response = client.get(reverse("accounts:role"))

    shown = {str(row["label"]): row["value"] for row in response.context["rows"]}
    assert shown == {str(WORDS[name]): how_far.value for name, how_far in TABLE[Role(user.role)].items()}
    assert str(Role(user.role).label) in response.content.decode()


def test_strangers_are_led_to_the_sign_in(client, db):
    assert client.get(reverse("accounts:role")).url.startswith(reverse("account_login"))
