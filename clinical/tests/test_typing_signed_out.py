"""A session that ends while one types: the text waits for its author, and for nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import reverse

from accounts.services.typing import SALT, author_mark
from accounts.tests.pages import enter
from clinical.models import Addendum, MedicalRecord, NoteDraft
from clinical.tests.test_views_notes import page, typed

LOGIN, SESSION, KEEP = reverse("account_login"), reverse("accounts:session"), reverse("clinical:typing-keep")


@pytest.fixture
def browser() -> Client:
    """Checks the token of every form, as the site does."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def confirmed() -> Callable[[Any], Any]:
    """Gives an account a confirmed address, without which the door stays closed."""

    def confirm(user: Any) -> Any:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    return confirm


@pytest.fixture
def form(browser: Client, dr_rao: Any, encounter: Any) -> dict[str, Any]:
    """The note as Dr Rao has it open, with its token and marks."""
    return opened(enter(browser, dr_rao.user), page("write", encounter))


def opened(browser: Client, path: str, **changes: Any) -> dict[str, Any]:
    answer = browser.get(path)
    typing = answer.context["request"].typing
    marks = {"typed_by": typing.mark, "window": typing.window.mark, "begun_from": ""}
    return typed(**changes) | marks | {"csrfmiddlewaretoken": answer.context["csrf_token"]}


def end_sessions() -> None:
    Session.objects.all().delete()


def come_in(browser: Client, user: Any, path: str) -> Any:
    """Signs in at the door, with the address that the wall has noted."""
    door = browser.get(LOGIN, {"next": path})
    token = door.context["csrf_token"]
    sent = {
        "login": user.email,
        "password": "correct horse battery",
        "next": path,
        "csrfmiddlewaretoken": token,
    }
    return browser.post(LOGIN, sent)


def test_a_session_that_ends_gives_the_text_back(
    browser: Client, form: Any, dr_rao: Any, encounter: Any, confirmed: Any
) -> None:
    path = page("write", encounter)
    end_sessions()

    wall = browser.post(path, form | {"complaint": "Typed for an hour", "medicines-TOTAL_FORMS": "x"})
    door = browser.get(wall.url)
    entered = come_in(browser, confirmed(dr_rao.user), path)
    text = browser.get(entered.url).content.decode()

    assert (wall.url, entered.url) == (f"{LOGIN}?next={path}", path)
    assert "What you typed is kept: sign in to go on." in door.content.decode()
    assert "Typed for an hour</textarea>" in text and "your sign-in had ended already" in text
    assert not MedicalRecord.objects.exists()


def test_no_session_and_no_cookie_holds_the_text(browser: Client, form: Any, encounter: Any) -> None:
    end_sessions()

    browser.post(page("write", encounter), form | {"complaint": "Typed for an hour"})

    sessions = [session.get_decoded() for session in Session.objects.all()]
    assert "Typed for an hour" not in str(sessions) + str(browser.cookies)
    assert NoteDraft.objects.get().typed["complaint"] == ["Typed for an hour"]


def test_the_door_shows_the_text_to_nobody_else(
    browser: Client, form: Any, dr_lee: Any, encounter: Any, confirmed: Any
) -> None:
    path = page("write", encounter)
    end_sessions()
    browser.post(path, form | {"complaint": "Typed for an hour"})

    entered = come_in(browser, confirmed(dr_lee.user), path)
    answer = browser.get(entered.url)

    assert answer.status_code == 404
    assert "Typed for an hour" not in answer.content.decode()
    assert NoteDraft.objects.get().typed["complaint"] == ["Typed for an hour"]


@pytest.mark.parametrize("forged", ["nothing", "junk", "another page", "old", "gone"])
def test_only_a_form_of_ours_is_kept_at_the_wall(
    browser: Client, form: Any, dr_rao: Any, encounter: Any, forged: str, frozen: Any
) -> None:
    path = page("write", encounter)
    marks = {
        "nothing": "",
        "junk": signing.dumps("x", salt=SALT, key="another key"),
        "another page": author_mark(dr_rao.user, "/elsewhere/"),
    }
    end_sessions()
    frozen.shift(timedelta(days=31 if forged == "old" else 0))
    if forged == "gone":
        dr_rao.user.is_active = False
        dr_rao.user.save()

    answer = browser.post(path, form | {"typed_by": marks.get(forged, form["typed_by"])})

    assert answer.url == f"{LOGIN}?next={path}"
    assert not NoteDraft.objects.exists()


def test_a_form_with_a_token_of_before_the_sign_in_comes_back(
    browser: Client, form: Any, dr_rao: Any, encounter: Any, confirmed: Any
) -> None:
    """The doctor signed in again in another window of the browser."""
    path = page("write", encounter)
    end_sessions()
    come_in(browser, confirmed(dr_rao.user), path)

    answer = browser.post(path, form | {"complaint": "Typed in the old window"}, follow=True)

    assert answer.redirect_chain == [(path, 302)]
    assert "Typed in the old window</textarea>" in answer.content.decode()
    assert not MedicalRecord.objects.exists()


def test_a_form_without_any_cookie_is_kept_for_its_author(browser: Client, form: Any, encounter: Any) -> None:
    path = page("write", encounter)
    browser.cookies.clear()

    answer = browser.post(path, form | {"complaint": "Typed for an hour"}, follow=True)

    assert answer.redirect_chain == [(path, 302), (f"{LOGIN}?next={path}", 302)]
    assert NoteDraft.objects.get().typed["complaint"] == ["Typed for an hour"]


def test_another_site_can_neither_save_nor_leave_a_text(browser: Client, form: Any, encounter: Any) -> None:
    forged = typed(complaint="Forged") | {"window": uuid4(), "csrfmiddlewaretoken": "x" * 64}

    answer = browser.post(page("write", encounter), forged, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert not (NoteDraft.objects.exists() or MedicalRecord.objects.exists())


def test_who_signs_in_at_the_open_form_of_another_sends_nothing(
    browser: Client, form: Any, dr_rao: Any, dr_lee: Any, encounter: Any
) -> None:
    path = page("write", encounter)
    lee = enter(browser, dr_lee.user)
    token = lee.get(SESSION).json()["token"]

    stale = lee.post(path, form | {"complaint": "Of Dr Rao"})
    fresh = lee.post(path, form | {"csrfmiddlewaretoken": token})
    kept = lee.post(KEEP, form | {"csrfmiddlewaretoken": token})

    assert [answer.status_code for answer in (stale, fresh, kept)] == [403, 403, 403]
    assert "Somebody else opened this form." in fresh.content.decode()
    assert "Of Dr Rao" not in stale.content.decode()
    assert [text.author for text in NoteDraft.objects.all()] == [dr_rao.user]
    assert not MedicalRecord.objects.exists()


def test_what_comes_for_a_note_signed_meanwhile_is_shown_with_the_reason(
    browser: Client, dr_rao: Any, draft: Any, now: Any
) -> None:
    path = page("write", draft.encounter)
    form = opened(enter(browser, dr_rao.user), path, version=1, complaint="Too late for the note")
    token = {"csrfmiddlewaretoken": form["csrfmiddlewaretoken"]}
    browser.post(page("sign", draft.encounter), {"version": 1} | token)
    end_sessions()
    browser.post(path, form)

    answer = enter(browser, dr_rao.user).get(path)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Too late for the note" in text and "This record is signed." in text


def test_an_addendum_comes_back_and_is_added_once(browser: Client, dr_rao: Any, record: Any) -> None:
    path = reverse("clinical:addendum-add", args=[record.public_id])
    form = opened(enter(browser, dr_rao.user), path)
    key = browser.get(path).context["form"]["key"].value()
    addendum = {"reason": "Result", "text": "The blood test was normal.", "key": key}
    end_sessions()
    browser.post(path, form | addendum)

    shown = enter(browser, dr_rao.user).get(path)
    token = {"csrfmiddlewaretoken": shown.context["csrf_token"]}
    begun = {"begun_from": shown.context["request"].typing.window.begun_from}
    for _press in range(2):
        browser.post(path, form | addendum | token | begun)

    assert "The blood test was normal.</textarea>" in shown.content.decode()
    assert shown.context["form"]["key"].value() == str(key)
    assert [row.text for row in Addendum.objects.all()] == ["The blood test was normal."]
    assert not NoteDraft.objects.exists()


def test_an_addendum_with_an_error_is_kept_till_it_is_right(
    browser: Client, dr_rao: Any, record: Any
) -> None:
    path = reverse("clinical:addendum-add", args=[record.public_id])
    form = opened(enter(browser, dr_rao.user), path) | {"key": uuid4(), "reason": "", "text": "Normal."}

    refused = browser.post(path, form)
    waiting = [text.typed["text"] for text in NoteDraft.objects.all()]
    browser.post(path, form | {"reason": "Result"})

    assert (refused.status_code, waiting) == (422, [["Normal."]])
    assert not NoteDraft.objects.exists()


def test_the_sign_in_lasts_longer_when_the_person_wishes(
    browser: Client, dr_rao: Any, settings: Any, frozen: Any
) -> None:
    enter(browser, dr_rao.user)
    frozen.shift(timedelta(days=13))

    asked = browser.get(SESSION).json()
    stayed = browser.post(SESSION, headers={"X-CSRFToken": asked["token"]}).json()

    assert (asked["seconds"], stayed["seconds"]) == (24 * 3600, settings.SESSION_COOKIE_AGE)
    assert browser.get(SESSION).json()["seconds"] == settings.SESSION_COOKIE_AGE


def test_keeping_the_text_does_not_make_the_sign_in_last_longer(
    browser: Client, form: Any, frozen: Any
) -> None:
    frozen.shift(timedelta(hours=1))

    answer = browser.post(KEEP, form)

    assert answer.json()["seconds"] == 14 * 24 * 3600 - 3600
