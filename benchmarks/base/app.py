"""A minimal Django in one file: the same work with one query each, and no sign-in, session, rule or audit.

It runs as a server of its own, and its search is called inside the hospital's process too, on its own table.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import django
import environ
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

if not settings.configured:
    DATABASE = environ.Env().db("DATABASE_URL")
    if "sqlite3" in DATABASE["ENGINE"]:
        # As durable as the hospital's own.
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
        DATABASE["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    else:
        DATABASE["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8}}
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": DATABASE},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        ROOT_URLCONF=__name__,
        SECRET_KEY="only-for-the-benchmark",
        USE_TZ=True,
    )
    django.setup()  # in the hospital's own process that has been done

LONDON = ZoneInfo("Europe/London")
HOURS = (*range(9, 12), *range(13, 17))
SLOT = timedelta(minutes=20)
DAY = timedelta(days=1)


class Visit(models.Model):
    doctor = models.BigIntegerField()
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()

    class Meta:
        app_label = "base"
        db_table = "base_visit"
        constraints = [
            models.UniqueConstraint(name="base_one_visit_at_a_time", fields=["doctor", "start_at"])
        ]

    def __str__(self) -> str:
        return f"{self.doctor} {self.start_at}"


@cache
def grid(day: date) -> list[datetime]:
    if day.weekday() > 4:
        return []
    hours = [datetime.combine(day, time(hour), LONDON).astimezone(UTC) for hour in HOURS]
    return [hour + SLOT * n for hour in hours for n in range(3)]


def free_starts(doctors: Iterable[int], first: date, days: int) -> dict[int, list[datetime]]:
    """The free times of each doctor, from one range query."""
    doctors = list(doctors)
    begin = datetime.combine(first, time.min, LONDON)
    near = Visit.objects.filter(start_at__gte=begin - DAY, start_at__lt=begin + DAY * days, end_at__gt=begin)
    taken = set()
    for doctor, at, end in near.filter(doctor__in=doctors).values_list("doctor", "start_at", "end_at"):
        while at < end:
            taken.add((doctor, at))
            at += SLOT
    wanted = [at for n in range(days) for at in grid(first + DAY * n)]
    return {doctor: [at for at in wanted if (doctor, at) not in taken] for doctor in doctors}


def free(request: HttpRequest) -> JsonResponse:
    doctor, days = int(request.GET["doctor"]), int(request.GET["days"])
    found = free_starts([doctor], date.fromisoformat(request.GET["from"]), days)
    return JsonResponse({"free": [at.isoformat() for at in found[doctor]]})


def soonest(request: HttpRequest) -> JsonResponse:
    """The first free time of every doctor within a week, soonest first, twenty of them."""
    found = free_starts(range(1, int(request.GET["doctors"]) + 1), date.fromisoformat(request.GET["from"]), 7)
    firsts = sorted((times[0].isoformat(), doctor) for doctor, times in found.items() if times)
    return JsonResponse({"doctors": firsts[:20]})


def book(request: HttpRequest) -> HttpResponse:
    start = datetime.fromisoformat(request.POST["start"])
    try:
        Visit.objects.create(doctor=int(request.POST["doctor"]), start_at=start, end_at=start + SLOT)
    except IntegrityError:
        return HttpResponse(status=409)
    return HttpResponse(status=201)


urlpatterns = [
    path("free/", free),
    path("soonest/", soonest),
    path("book/", book),
    path("clinic/", include("benchmarks.base.clinic")),
]


def serve() -> WSGIHandler:
    """For gunicorn, which calls it; in the hospital's own process nobody does."""
    return get_wsgi_application()
