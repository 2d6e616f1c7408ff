"""The menu, made from the table of roles: a link is shown to those whom its page admits."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.roles import reach

# (URL name, words, permission, roles or none for all who hold the permission)
LINKS = [
    ("patient-dashboard", _("My page"), "accounts.view_patient_dashboard"),
    ("doctor-dashboard", _("My day"), "accounts.view_doctor_dashboard"),
    ("scheduling:doctor-list", _("Find a doctor"), "accounts.view_doctor"),
    ("scheduling:appointment-list", _("Appointments"), "scheduling.view_appointment"),
    ("scheduling:schedule", _("My hours"), "accounts.view_doctor_dashboard"),
    ("scheduling:free-times", _("Free times"), "scheduling.view_free_times"),
    ("clinical:record-list", _("My records"), "accounts.view_patient_dashboard"),
    ("clinical:patient-list", _("Patients"), "clinical.view_chart"),
    ("admin:index", _("Back office"), "accounts.use_admin"),
]
THEMES = {"light", "dark"}


def navigation(user: Any, path: str) -> list[dict[str, Any]]:
    """Of addresses that begin alike, the longest that fits is the one where the reader is."""
    shown = [(reverse(name), words) for name, words, permission in LINKS if reach(user, permission)]
    here = max((url for url, _words in shown if path.startswith(url)), key=len, default="")
    return [{"url": url, "label": words, "active": url == here} for url, words in shown]


def site(request: HttpRequest) -> dict[str, Any]:
    """What every template may name."""
    theme = request.COOKIES.get("theme", "")
    # A request that is refused before anybody asked who sent it has no user.
    user = getattr(request, "user", AnonymousUser())
    return {
        "hospital": {
            "name": settings.HOSPITAL_NAME,
            "phone": settings.HOSPITAL_PHONE,
            "emergency_number": settings.HOSPITAL_EMERGENCY_NUMBER,
            "opening_hours": settings.HOSPITAL_OPENING_HOURS,
        },
        "navigation": SimpleLazyObject(lambda: navigation(user, request.path)),
        "theme": theme if theme in THEMES else "",
    }
