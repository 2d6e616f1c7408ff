"""What is typed is kept, shown again to its author alone, and gone once it is saved."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.errors import NotAllowed
from accounts.services.typing import author_mark
from accounts.tests.pages import enter, queries
from clinical.errors import EncounterNotOpen, SignedRecord, TooMuchTyped
from clinical.models import MedicalRecord, NoteDraft
from clinical.services.records import sign
from clinical.services.typing import MOST_WINDOWS, Window, keep, keep_note
from clinical.tests.test_views_notes import MEDICINE, page, rows, typed

KEEP, DISCARD = reverse("clinical:typing-keep"), reverse("clinical:typing-discard")


@pytest.fixture
def doctor(sign_in: Any, dr_rao: Any) -> Any:
    return sign_in(dr_rao.user)


def marks(user: Any, path: str, window: Any = None) -> dict[str, Any]:
    return {"typed_by": author_mark(user, path), "window": window or uuid4()}


def send(client: Any, user: Any, path: str, window: Any = None, **changes: Any) -> Any:
    return client.post(KEEP, typed(**changes) | marks(user, path, window))


def texts() -> list[str]:
    return [row.typed["complaint"][0] for row in NoteDraft.objects.order_by("pk")]


def test_what_is_typed_is_kept_as_it_stands(doctor: Any, dr_rao: Any, encounter: Any, now: Any) -> None:
    answer = send(doctor, dr_rao.user, page("write", encounter), complaint="Half a wo\r\nrd\0")

    text = NoteDraft.objects.get()
    assert (answer.status_code, answer.json()["words"]) == (200, "Kept at 8am")
    assert (text.author, text.encounter, text.saved_at) == (dr_rao.user, encounter, now)
    assert text.typed["complaint"] == ["Half a wo\nrd"]
    assert not text.typed.keys() & {"action", "csrfmiddlewaretoken", "typed_by", "window", "begun_from"}
    assert not MedicalRecord.objects.exists()


def test_the_same_window_writes_over_its_own_text(doctor: Any, dr_rao: Any, encounter: Any) -> None:
    path, window = page("write", encounter), uuid4()

    for words in ("One", "One two"):
        send(doctor, dr_rao.user, path, window, complaint=words)

    assert texts() == ["One two"]


def test_two_windows_do_not_write_over_each_other(doctor: Any, dr_rao: Any, encounter: Any) -> None:
    path, windows = page("write", encounter), (uuid4(), uuid4())

    for words in ("One", "Two"):
        for number, window in enumerate(windows):
            send(doctor, dr_rao.user, path, window, complaint=f"{words} in {number}")

    assert texts() == ["Two in 0", "Two in 1"]


def test_the_page_shows_what_was_typed_with_rows_that_are_not_right(
    doctor: Any, encounter: Any, dr_rao: Any
) -> None:
    half = rows(
        "medicines", {"medicine": "Rami", "dose_quantity": "five"}, {"medicine": "Third", "as_needed": "on"}
    )
    send(doctor, dr_rao.user, page("write", encounter), complaint="Half", **half)

    answer = doctor.get(page("write", encounter))

    text, note = answer.content.decode(), answer.context["note"]
    assert answer.status_code == 200 and not note.has_errors()
    assert "This is what you typed until 8am on 11 January. It is not saved yet." in text
    assert all(
        words in text for words in (">\nHalf</textarea>", 'value="Rami"', 'value="five"', 'value="Third"')
    )
    assert note.medicines.forms[1]["as_needed"].value() is True
    assert "There is a problem" not in text and "<title>Write the note" in text


def test_a_text_with_parts_missing_is_shown_as_far_as_it_goes(
    doctor: Any, dr_rao: Any, encounter: Any, now: Any
) -> None:
    path = page("write", encounter)
    text = {"typed": {"complaint": ["All there is"]}, "window": Window(uuid4()), "now": now}
    keep(author=dr_rao.user, path=path, encounter=encounter, **text)

    answer = doctor.get(path)

    assert (answer.status_code, answer.context["note"].has_errors()) == (200, False)
    assert "All there is</textarea>" in answer.content.decode()


def test_saving_forgets_what_was_typed(doctor: Any, dr_rao: Any, encounter: Any) -> None:
    path, window = page("write", encounter), uuid4()
    send(doctor, dr_rao.user, path, window)

    doctor.post(path, typed() | marks(dr_rao.user, path, window))

    assert MedicalRecord.objects.get().complaint == "Headache"
    assert not NoteDraft.objects.exists()


def test_saving_forgets_the_text_that_the_page_was_opened_with(
    doctor: Any, dr_rao: Any, encounter: Any
) -> None:
    path = page("write", encounter)
    send(doctor, dr_rao.user, path)
    begun_from = doctor.get(path).context["request"].typing.window.begun_from

    doctor.post(path, typed() | marks(dr_rao.user, path) | {"begun_from": begun_from})

    assert begun_from and not NoteDraft.objects.exists()


def test_saving_leaves_what_another_window_typed_meanwhile(doctor: Any, dr_rao: Any, encounter: Any) -> None:
    path, other = page("write", encounter), uuid4()
    send(doctor, dr_rao.user, path, other, complaint="Begun there")
    begun_from = NoteDraft.objects.get().stamp
    send(doctor, dr_rao.user, path, other, complaint="Gone on there")

    doctor.post(path, typed() | marks(dr_rao.user, path) | {"begun_from": begun_from})

    assert texts() == ["Gone on there"]


def test_a_text_that_goes_on_elsewhere_keeps_its_beginning(
    doctor: Any, dr_rao: Any, encounter: Any, now: Any, frozen: Any
) -> None:
    path = page("write", encounter)
    send(doctor, dr_rao.user, path)
    begun_from = NoteDraft.objects.get().stamp
    frozen.shift(timedelta(minutes=9))

    doctor.post(KEEP, typed(complaint="More") | marks(dr_rao.user, path) | {"begun_from": begun_from})

    text = NoteDraft.objects.get()
    assert (text.typed["complaint"], text.begun_at) == (["More"], now)


def test_a_text_that_is_saved_already_is_not_shown_again(doctor: Any, dr_rao: Any, encounter: Any) -> None:
    path = page("write", encounter)
    doctor.post(path, typed(**rows("medicines", MEDICINE)))

    send(doctor, dr_rao.user, path, **rows("medicines", MEDICINE))

    assert "It is not saved yet" not in doctor.get(path).content.decode()


def test_a_form_with_an_error_is_kept_too(doctor: Any, encounter: Any) -> None:
    half = rows("medicines", {"medicine": "x"}) | {"window": str(uuid4())}
    doctor.post(page("write", encounter), typed(complaint="Keep me", **half))

    assert texts() == ["Keep me"]


def test_discarding_leads_back_to_what_is_saved(doctor: Any, dr_rao: Any, draft: Any) -> None:
    path = page("write", draft.encounter)
    send(doctor, dr_rao.user, path, version=1, complaint="Thrown away")

    answer = doctor.post(DISCARD, {"stamp": NoteDraft.objects.get().stamp}, follow=True)

    assert answer.redirect_chain == [(path, 302)]
    assert "Thrown away" not in answer.content.decode() and "Headache" in answer.content.decode()
    assert not NoteDraft.objects.exists()


def test_nobody_discards_or_reads_the_text_of_another(
    sign_in: Any, dr_rao: Any, dr_lee: Any, encounter: Any
) -> None:
    path = page("write", encounter)
    send(sign_in(dr_rao.user), dr_rao.user, path, complaint="Private")
    lee = sign_in(dr_lee.user)

    answers = [
        lee.post(DISCARD, {"stamp": NoteDraft.objects.get().stamp}, follow=True),
        lee.post(DISCARD, {"stamp": "x"}, follow=True),
        lee.get(path),
        send(lee, dr_lee.user, path, complaint="Mine"),
        send(lee, dr_rao.user, path, complaint="Forged"),
    ]

    assert texts() == ["Private"]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 409, 403]
    assert not any("Private" in answer.content.decode() for answer in answers)


@pytest.mark.parametrize(
    ("mark", "status"), [("", 403), ("forged:mark", 403), ("/no/such/page/", 404), ("/doctor/", 404)]
)
def test_a_form_that_keeps_nothing_is_refused(doctor: Any, dr_rao: Any, mark: str, status: int) -> None:
    mark = author_mark(dr_rao.user, mark) if mark.startswith("/") else mark

    assert doctor.post(KEEP, {"typed_by": mark, "complaint": "x"}).status_code == status
    assert not NoteDraft.objects.exists()


def test_a_text_of_a_million_characters_is_too_long(doctor: Any, dr_rao: Any, encounter: Any) -> None:
    answer = send(doctor, dr_rao.user, page("write", encounter), complaint="x" * 1_000_001)

    assert (answer.status_code, answer.json()["words"]) == (413, str(TooMuchTyped.message))
    assert not NoteDraft.objects.exists()


def test_a_signed_note_keeps_no_typing(doctor: Any, dr_rao: Any, record: Any) -> None:
    answer = send(doctor, dr_rao.user, page("write", record.encounter), complaint="Late")

    assert (answer.status_code, answer.json()["words"]) == (409, str(SignedRecord.message))
    assert not NoteDraft.objects.exists()


def test_the_service_asks_who_and_whether_the_visit_is_open(
    dr_rao: Any, dr_lee: Any, encounter: Any, now: Any
) -> None:
    text = {"path": "/x/", "typed": {"complaint": ["x"]}, "window": Window(uuid4()), "now": now}
    with pytest.raises(NotAllowed):
        keep_note(encounter=encounter, actor=dr_lee.user, **text)
    encounter.status = "cancelled"
    encounter.save()

    with pytest.raises(EncounterNotOpen):
        keep_note(encounter=encounter, actor=dr_rao.user, **text)

    assert not NoteDraft.objects.exists()


def test_windows_without_end_do_not_fill_the_house(dr_rao: Any, encounter: Any, now: Any) -> None:
    for number in range(MOST_WINDOWS + 2):
        text = {"typed": {"complaint": [str(number)]}, "now": now + timedelta(seconds=number)}
        keep(author=dr_rao.user, path="/x/", window=Window(uuid4()), **text)

    assert texts() == [str(number) for number in range(2, MOST_WINDOWS + 2)]


def test_signing_forgets_and_the_review_says_so_before(
    doctor: Any, dr_rao: Any, draft: Any, now: Any
) -> None:
    send(doctor, dr_rao.user, page("write", draft.encounter), version=1, complaint="Not in the note")

    review = doctor.get(page("sign", draft.encounter)).content.decode()
    sign(record=draft, version=1, actor=dr_rao.user, now=now)

    assert "You typed something that is not in this note." in review
    assert "Not in the note" not in review
    assert not NoteDraft.objects.exists()


def test_another_window_is_told_of_with_a_way_to_its_text(
    doctor: Any, dr_rao: Any, encounter: Any, frozen: Any
) -> None:
    path = page("write", encounter)
    send(doctor, dr_rao.user, path, complaint="Older text")
    frozen.shift(timedelta(minutes=5))
    send(doctor, dr_rao.user, path, complaint="Newer text")
    older = NoteDraft.objects.get(typed__complaint=["Older text"])

    newest, named = (doctor.get(url).content.decode() for url in (path, f"{path}?text={older.stamp}"))

    assert "Newer text" in newest and "You typed something else in another window until 8am" in newest
    assert "may still be open in another window" in newest
    assert "Older text" in named and "Newer text" not in named


def test_another_author_is_named_and_not_read(doctor: Any, dr_lee: Any, encounter: Any, now: Any) -> None:
    text = {"path": page("write", encounter), "typed": {"complaint": ["Foreign"]}, "window": Window(uuid4())}
    keep(author=dr_lee.user, encounter=encounter, now=now, **text)

    text = doctor.get(page("write", encounter)).content.decode()

    assert "Min Lee has been typing in this note since 8am on 11 January, last at 8am." in text
    assert "Foreign" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_any_number_of_others(
    client: Any, dr_rao: Any, draft: Any, now: Any, count: int, request: Any
) -> None:
    others = [request.getfixturevalue(name) for name in ("nurse", "admin", "reception")][:count]
    for user in others:
        keep(author=user, encounter=draft.encounter, path="/x/", typed={}, window=Window(uuid4()), now=now)

    cost, _answer = queries(enter(client, dr_rao.user), page("write", draft.encounter))

    assert cost == 10
