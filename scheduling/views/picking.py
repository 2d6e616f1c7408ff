"""The times of one page, which the booking and the moving of a visit show alike."""

from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from scheduling.services.absence import away_until
from scheduling.views.choices import Times
from scheduling.views.empties import Empty, day_words, nothing_at_all, nothing_from, too_far
from scheduling.views.searching import AROUND, Search

Asked = dict[str, Any]


def times_of(search: Search, asked: Asked, url: str) -> dict[str, Any]:
    """Times from the asked day on, why the day itself has none, and the ways to other pages of them.

    `url` is the page's own address with the query that names whom and what.
    """
    earliest, latest = search.limits
    start = max(first_instant(search, asked), earliest)
    page = search.page(start) if start < latest else Times()
    soonest = first_of(page) if start <= earliest else next(iter(search.first()), None)
    return {
        "times": page,
        "chosen": asked["start"].isoformat() if asked.get("start") else "",
        "why": why(search, asked, page),
        "empty": None if page.choices else empty(search, start, soonest, url),
        "earlier_url": earlier_url(search, start, url) if soonest and soonest.start < start else "",
        "later_url": f"{url}&{urlencode({'at': page.rest.value})}" if page.rest else "",
    }


def first_of(page: Times) -> Any:
    """A page that begins at the beginning shows the soonest time itself."""
    return page.earliest.opening if page.earliest else None


def first_instant(search: Search, asked: Asked) -> datetime:
    """Midnight of the day asked for, by the doctor's clock; else the instant that the link names."""
    if day := asked.get("from"):
        return datetime.combine(day, time.min, tzinfo=search.zone)
    return asked.get("at") or asked.get("start") or search.now


def empty(search: Search, start: datetime, soonest: Any, url: str) -> Empty:
    if start >= search.limits[1]:
        return too_far(search, url)
    return nothing_from(soonest.start, search, url) if soonest else nothing_at_all(search)


def why(search: Search, asked: Asked, page: Times) -> Any:
    """Words when the day that was asked for has no time; without a day, when the doctor is away just now."""
    day = asked.get("from") or away_today(search, asked)
    if day is None or day in {choice.day for choice in page.choices}:
        return ""
    if datetime.combine(day, time.min, tzinfo=search.zone) >= search.limits[1]:
        return ""
    return day_words(search, day)


def away_today(search: Search, asked: Asked) -> date | None:
    if asked.get("at") or asked.get("start") or not away_until(doctor=search.doctor, at=search.now):
        return None
    return search.today


def earlier_url(search: Search, start: datetime, url: str) -> str:
    """A week back, as an instant: nobody asked for that very day, so nothing need be said of it."""
    day = max((start.astimezone(search.zone) - AROUND).date(), search.today)
    return f"{url}&{urlencode({'at': datetime.combine(day, time.min, tzinfo=search.zone).isoformat()})}"
