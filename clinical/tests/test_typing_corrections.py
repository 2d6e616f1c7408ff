"""Later versions and requests for a correction keep what is typed in them too."""

from typing import Any
from uuid import uuid4

from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.pages import enter
from clinical.models import CorrectionRequest, MedicalRecord, NoteDraft
from clinical.services.corrections import begin_correction


def marks(answer: Any) -> dict[str, Any]:
    typing = answer.context["request"].typing
    return {
        "typed_by": typing.mark,
        "window": typing.window.mark,
        "begun_from": typing.window.begun_from or "",
    }


def signed_out_while_typing(
    client: Client, user: Any, path: str, typed: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """The page after the second sign-in, and the form as it is sent then."""
    opened = enter(client, user).get(path)
    Session.objects.all().delete()
    wall = client.post(path, typed | marks(opened))
    assert wall.url.startswith(reverse("account_login"))
    back = enter(client, user).get(path)
    return back, typed | marks(back)


def test_a_later_version_comes_back_after_the_sign_in(client: Client, dr_rao: Any, record: Any) -> None:
    draft = begin_correction(record=record, actor=dr_rao.user, now=timezone.now())
    path = reverse("clinical:correction-write", args=[draft.public_id])
    typed = {"version": draft.version, "correction_reason": "Wrong side", "complaint": "Left, not right"}

    back, again = signed_out_while_typing(client, dr_rao.user, path, typed)
    saved = client.post(path, again)

    assert "Left, not right</textarea>" in back.content.decode()
    assert (back.status_code, saved.status_code) == (200, 302)
    assert MedicalRecord.objects.get(pk=draft.pk).complaint == "Left, not right"
    assert not NoteDraft.objects.exists()


def test_the_second_editor_of_a_later_version_can_save_over_it(
    client: Client, dr_rao: Any, record: Any
) -> None:
    draft = begin_correction(record=record, actor=dr_rao.user, now=timezone.now())
    path = reverse("clinical:correction-write", args=[draft.public_id])
    typed = {"version": draft.version, "correction_reason": "Wrong side", "complaint": "First"}
    mine = typed | {"complaint": "Second"} | marks(enter(client, dr_rao.user).get(path))
    client.post(path, typed)

    conflict = client.post(path, mine)
    waiting = [text.typed["complaint"] for text in NoteDraft.objects.all()]
    client.post(path, mine | {"version": conflict.context["version"]})

    assert (conflict.status_code, waiting) == (409, [["Second"]])
    assert "Save mine over it" in conflict.content.decode()
    assert MedicalRecord.objects.get(pk=draft.pk).complaint == "Second"
    assert not NoteDraft.objects.exists()


def test_a_patients_request_comes_back_after_the_sign_in(client: Client, ana: Any, record: Any) -> None:
    path = reverse("clinical:correction-ask", args=[record.public_id])
    typed = {"text": "It was the other knee.", "key": uuid4()}

    back, again = signed_out_while_typing(client, ana.user, path, typed)
    client.post(path, again)

    assert "It was the other knee.</textarea>" in back.content.decode()
    assert [row.text for row in CorrectionRequest.objects.all()] == ["It was the other knee."]
    assert not NoteDraft.objects.exists()
