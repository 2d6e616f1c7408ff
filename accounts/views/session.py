"""How long the sign-in lasts, and one press to make it last longer."""

from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone

from accounts.views.pages import Page


def seconds_left(request: HttpRequest) -> int:
    """Until the session ends if nothing happens any more."""
    session: Any = request.session
    if session.modified or settings.SESSION_SAVE_EVERY_REQUEST:
        return session.get_expiry_age()
    ends_at = Session.objects.filter(pk=session.session_key).values_list("expire_date", flat=True).first()
    return max(0, int((ends_at - timezone.now()).total_seconds())) if ends_at else session.get_expiry_age()


class SessionState(Page):
    """For scripts: the token of this session and its time left; POST is the person's wish to stay."""

    permission = "accounts.view_dashboard"

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"token": get_token(request), "seconds": seconds_left(request)})

    def post(self, request: HttpRequest) -> HttpResponse:
        request.session.modified = True
        return self.get(request)
