"""What holds for every answer: nothing private stays in a cache, nobody passes the second step unseen."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.errors import StaleVersion
from accounts.models import PatientAccess
from accounts.proxies import is_trusted
from accounts.roles import Role
from accounts.services import looking_on
from accounts.views.conflict import conflict
from accounts.views.typing import rescue

GetResponse = Callable[[HttpRequest], HttpResponse]
STOP, LEAVING = "accounts:see-as-stop", ("account_logout", "admin:logout")
READ_ONLY = _("You are looking on as %(role)s. Nothing can be changed until you stop.")


class TrustedProxyMiddleware:
    """Only a trusted proxy may say that a request came by https."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_trusted(request.META.get("REMOTE_ADDR", "")):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)


class KeepTypingMiddleware:
    """Stands before the sign-in wall: a form whose session has ended leaves its text with us, not at the wall."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:  # type: ignore[no-untyped-def]
        if request.method == "POST" and not request.user.is_authenticated:
            rescue(request, view, kwargs)


class NoStoreMiddleware:
    """Answers to people who are signed in are kept by no browser and no proxy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response


class LookingOnMiddleware:
    """Whoever sees as another role is shown that role's pages, and may do nothing on them but stop or leave."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if looking_on.KEY in request.session and request.user.is_authenticated:
            role = looking_on.seen_role(session=request.session, user=request.user)
            if role is None:
                looking_on.end(session=request.session, actor=request.user)
            else:
                request.user.seen_role = role
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:  # type: ignore[no-untyped-def]
        role = getattr(request.user, "seen_role", "")
        if not role or request.method in ("GET", "HEAD", "OPTIONS"):
            return
        if request.resolver_match.view_name in LEAVING:
            looking_on.end(session=request.session, actor=request.user)
        elif request.resolver_match.view_name != STOP:
            raise PermissionDenied(READ_ONLY % {"role": role.label})


class RegistrationMiddleware:
    """A patient without a patient row is led from every page for patients to the second step."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:  # type: ignore[no-untyped-def]
        page = getattr(view, "view_class", None)
        if request.user.is_authenticated and request.user.role == Role.PATIENT and needs_patient(page):
            if not PatientAccess.objects.self_of(request.user).exists():
                return redirect(reverse("accounts:registration"))
        return None


def needs_patient(page: type | None) -> bool:
    """Pages with a permission are ours; the second step itself and the page about the role stay open."""
    return getattr(page, "permission", "") not in ("", "accounts.register_self", "accounts.view_role")


class ConflictMiddleware:
    """A stale form becomes the conflict page: both texts side by side, nothing typed is lost."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, StaleVersion):
            return None
        return conflict(request, exception)
