"""Pages that lose nothing that is typed in them: what the server keeps of it, and the way back to it.

A page takes part by a line each: it derives from `KeepsTyping` first, shows `self.kept_form(FormClass)` on GET and
calls `self.forget_typing()` once the form is saved; its template includes `clinical/_kept.html` above the form and
`clinical/_typing.html` inside it, and loads `js/note.js`.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotAllowed, StaleVersion
from accounts.models import User
from accounts.services.typing import author_mark, is_anothers, marked, typed_fields
from accounts.templatetags.house import clock
from accounts.views.pages import Page, next_url
from accounts.views.session import seconds_left
from accounts.views.typing import page_of, rescue
from clinical.errors import TooMuchTyped
from clinical.forms.typed import as_sent, unjudged
from clinical.models import NoteDraft
from clinical.services.typing import Window, discard, forget, keep

JUST_NOW = timedelta(minutes=2)


def mark_sent(fields: QueryDict, name: str) -> UUID | None:
    try:
        return UUID(fields.get(name, ""))
    except ValueError:
        return None


def window_of(post: QueryDict) -> Window:
    """The window that the form was typed in; a form that names none is one of its own."""
    return Window(mark_sent(post, "window") or uuid4(), mark_sent(post, "begun_from"))


class Typing:
    """What a page knows of the text that is typed in it; templates read it as `request.typing`."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.is_saved: Callable[[NoteDraft], bool] = lambda text: False

    @cached_property
    def texts(self) -> list[NoteDraft]:
        """The reader's own texts for this form that stand nowhere else, the newest first.

        A form that was just sent shows itself.
        """
        if self.request.method == "POST":
            return []
        texts = NoteDraft.objects.typed_by(self.request.user, self.request.path)
        return [text for text in texts if not self.is_saved(text)]

    @cached_property
    def kept(self) -> NoteDraft | None:
        """The text that the form shows: the newest, or the one that the address names."""
        wanted = mark_sent(self.request.GET, "text")
        named = [text for text in self.texts if text.stamp == wanted]
        return next(iter(named or self.texts), None)

    @property
    def elsewhere(self) -> list[NoteDraft]:
        """What the reader typed in other windows."""
        return [text for text in self.texts if self.kept and text.window != self.kept.window]

    @property
    def is_just_now(self) -> bool:
        """The other window may be open still."""
        return self.kept is not None and timezone.now() - self.kept.saved_at < JUST_NOW

    @cached_property
    def window(self) -> Window:
        if self.request.method == "POST":
            return window_of(self.request.POST)
        return Window(uuid4(), self.kept.stamp if self.kept else None)

    @property
    def mark(self) -> str:
        return author_mark(self.request.user, self.request.path)

    @property
    def seconds(self) -> int:
        return seconds_left(self.request)


class KeepsTyping:
    """Put it first among the bases of a page with a form."""

    request: HttpRequest
    permission: str

    @classmethod
    def keep_typing(
        cls,
        *,
        author: User,
        path: str,
        kwargs: dict[str, Any],
        post: QueryDict,
        now: datetime,
        after_sign_out: bool = False,
    ) -> NoteDraft:
        """Keep the form as it was sent, valid or not; the text is shown to its author alone."""
        if not author.has_perm(cls.permission):
            raise NotAllowed
        window, typed = window_of(post), typed_fields(post)
        return keep(
            author=author, path=path, typed=typed, window=window, now=now, after_sign_out=after_sign_out
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.typing = Typing(request)  # type: ignore[attr-defined]
        if request.method == "POST" and is_anothers(request):
            rescue(request, request.resolver_match.func, kwargs)
            raise PermissionDenied(
                _("Somebody else opened this form. What was typed is kept for that person.")
            )
        try:
            response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except StaleVersion:
            self.keep_what_can_be_found()
            raise
        if request.method == "POST" and response.status_code == 422:
            self.keep_what_can_be_found()
        return response

    def keep_what_can_be_found(self) -> None:
        """A form without a window, a mere button, would come back as a text that nobody typed and nothing ends."""
        if mark_sent(self.request.POST, "window"):
            self.keep_sent()

    def keep_sent(self) -> None:
        """What could not be saved is on the server all the same; what is too long for that stays in the page."""
        request = self.request
        with suppress(DomainError):
            self.keep_typing(
                author=request.user,
                path=request.path,
                kwargs=request.resolver_match.kwargs,
                post=request.POST,
                now=timezone.now(),
            )

    @property
    def typing(self) -> Typing:
        return self.request.typing  # type: ignore[attr-defined]

    def kept_form(self, form_class: Callable[..., Any], **kwargs: Any) -> Any:
        """The form with what was typed in it before, or empty."""
        text = self.typing.kept
        return unjudged(form_class(as_sent(text.typed), **kwargs)) if text else form_class(**kwargs)

    def forget_typing(self) -> None:
        """Called once the form is saved."""
        texts = NoteDraft.objects.typed_by(self.request.user, self.request.path)
        forget(texts, self.typing.window)


class TypingKeep(Page):
    """Asked by the script of a form, every so often; answers in words for people."""

    permission = "accounts.view_dashboard"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        author, path = marked(request) or (0, "")
        if author != request.user.pk:
            return answer(_("Somebody else is signed in in this browser now. This text is not kept."), 403)
        page, kwargs = page_at(path)
        try:
            text = page.keep_typing(
                author=request.user, path=path, kwargs=kwargs, post=request.POST, now=timezone.now()
            )
        except TooMuchTyped as error:
            return answer(str(error), 413)
        except DomainError as error:
            return answer(str(error), 409)
        time = clock(timezone.localtime(text.saved_at))
        return answer(_("Kept at %(time)s") % {"time": time}, seconds=seconds_left(request))


def answer(words: str, status: int = 200, **more: Any) -> JsonResponse:
    return JsonResponse({"words": words, **more}, status=status)


def page_at(path: str) -> tuple[Any, dict[str, Any]]:
    """The page behind a form's address, which keeps what is typed in it."""
    try:
        match = resolve(path)
    except Resolver404 as error:
        raise Http404 from error
    page = page_of(match.func)
    if page is None:
        raise Http404
    return page, match.kwargs


class TypingDiscard(Page):
    """Throws away one's own text as it was shown, and leads back to its form."""

    permission = "accounts.view_dashboard"
    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """After a sign-in in between there is nothing to confirm: the form shows the text again."""
        return redirect(reverse("dashboard"))

    def post(self, request: HttpRequest) -> HttpResponse:
        stamp = mark_sent(request.POST, "stamp")
        text = discard(author=request.user, stamp=stamp) if stamp else None
        if text:
            messages.info(request, _("What you typed is thrown away. The page shows what is saved."))
        return redirect(next_url(request, text.path if text else "dashboard"))
