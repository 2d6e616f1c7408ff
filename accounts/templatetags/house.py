"""What the shared components need and a template cannot say: words for stored values, times, numbers."""

import datetime
from collections.abc import Iterable

from django import template
from django.core.paginator import Paginator
from django.forms import BoundField
from django.utils import formats, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import mrn

register = template.Library()
register.filter("grouped", mrn.grouped)

BADGES = {
    "held": (_("Held for you"), "hourglass-split", "warning"),
    "pending": (_("Waiting for an answer"), "hourglass-split", "warning"),
    "booked": (_("Booked"), "calendar2-check", "brand"),
    "arrived": (pgettext_lazy("in the waiting room", "Waiting"), "hourglass-split", "warning"),
    "checked-in": (_("In consultation"), "chat-left-text", "info"),
    "fulfilled": (_("Completed"), "check-circle-fill", "success"),
    "cancelled": (_("Cancelled"), "x-circle", "muted"),
    "noshow": (_("Did not attend"), "slash-circle", "muted"),
    "expired": (_("No longer held"), "clock", "muted"),
    "entered-in-error": (_("Entered in error"), "exclamation-triangle-fill", "danger"),
    "planned": (_("Planned"), "calendar2-check", "brand"),
    "in-progress": (_("In progress"), "chat-left-text", "info"),
    "finished": (_("Finished"), "check-circle-fill", "success"),
    "preliminary": (_("Draft"), "pencil-square", "warning"),
    "final": (_("Signed"), "patch-check-fill", "success"),
    "amended": (_("Amended"), "arrow-repeat", "info"),
    "active": (_("Active"), "check-circle-fill", "success"),
    "stopped": (_("Stopped"), "slash-circle", "muted"),
    "completed": (_("Completed"), "check-circle-fill", "success"),
    "on-hold": (_("On hold"), "hourglass-split", "warning"),
    "requested": (_("Waiting for an answer"), "hourglass-split", "warning"),
    "rejected": (_("Refused"), "x-circle", "muted"),
}


@register.filter
def badge(status: str) -> dict[str, str]:
    """Word, icon and tone of a stored status; an unknown one is shown as it is stored."""
    word, icon, tone = BADGES.get(str(status), (status, "info-circle-fill", "muted"))
    return {"word": word, "icon": icon, "tone": tone}


@register.filter(expects_localtime=True)
def clock(moment: datetime.datetime | datetime.time) -> str:
    """A time as people say it: 9:20am, midday; in other languages, in the form of the language."""
    if not (translation.get_language() or "en").startswith("en"):
        return formats.time_format(moment, "TIME_FORMAT")
    if moment.minute == 0 and moment.hour in (0, 12):
        return _("midday") if moment.hour else _("midnight")
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


@register.filter
def page_numbers(paginator: Paginator, number: int) -> Iterable[int | str]:
    """The first, the last and the pages round the current one, with ellipses between."""
    return paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)


@register.filter
def named_errors(field: BoundField) -> list[str]:
    """A field's errors as they make sense away from it: each names the field, once."""
    label = str(field.label or "").rstrip("?")
    return [
        error if not label or label.casefold() in error.casefold() else f"{label}: {error}"
        for error in map(str, field.errors)
    ]
