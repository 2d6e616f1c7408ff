"""Patients, diagnoses, charts and notes of the base: tables without rules, and one query for each page."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from benchmarks.base.app import LONDON, Visit

SHOWN = 20


class File(models.Model):
    """A patient. The part of a name is looked for without an index."""

    name = models.CharField(max_length=100, db_index=True)
    mrn = models.CharField(max_length=10, db_index=True)
    phone = models.CharField(max_length=20, db_index=True)
    born = models.DateField(db_index=True)

    class Meta:
        app_label = "base"

    def __str__(self) -> str:
        return self.name


class Code(models.Model):
    code = models.CharField(max_length=8)
    text = models.TextField()

    class Meta:
        app_label = "base"

    def __str__(self) -> str:
        return self.code


class Entry(models.Model):
    """Anything in a chart."""

    file = models.BigIntegerField()
    at = models.DateTimeField()
    words = models.CharField(max_length=100)

    class Meta:
        app_label = "base"
        indexes = [models.Index(name="base_chart", fields=["file", "-at"])]

    def __str__(self) -> str:
        return self.words


class Note(models.Model):
    words = models.TextField()
    signed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "base"

    def __str__(self) -> str:
        return self.words


MODELS = (File, Code, Entry, Note)


def find(kind: str, word: str) -> list[File]:
    lookup = "name__contains" if kind == "name" else kind
    return list(File.objects.filter(**{lookup: word}).order_by("name", "pk")[:SHOWN])


def find_codes(words: str) -> list[Code]:
    found = Code.objects.all()
    for word in words.split():
        found = found.filter(text__contains=word)
    return list(found.order_by("code")[:SHOWN])


def files(request: HttpRequest) -> JsonResponse:
    """Found by a part of the name; without one, the first of the alphabet."""
    word = request.GET.get("word", "")
    rows = find("name", word) if word else File.objects.order_by("name", "pk")[:SHOWN]
    return JsonResponse({"files": [[row.pk, row.name, row.mrn, row.born] for row in rows]})


def entries(request: HttpRequest) -> JsonResponse:
    """The newest of one chart."""
    rows = Entry.objects.filter(file=int(request.GET["file"])).order_by("-at")[: int(request.GET["count"])]
    return JsonResponse({"entries": [[row.at, row.words] for row in rows]})


def visits(request: HttpRequest) -> JsonResponse:
    """Everyone's of one day."""
    begin = datetime.combine(date.fromisoformat(request.GET["day"]), time.min, LONDON).astimezone(UTC)
    rows = Visit.objects.filter(start_at__gte=begin, start_at__lt=begin + timedelta(days=1)).order_by(
        "start_at"
    )
    return JsonResponse({"visits": [[row.doctor, row.start_at, row.end_at] for row in rows]})


def note(request: HttpRequest) -> HttpResponse:
    """Shown on GET, signed on POST."""
    if request.method == "GET":
        return JsonResponse({"words": Note.objects.get(pk=request.GET["note"]).words})
    signed = Note.objects.filter(pk=request.POST["note"], signed_at=None).update(signed_at=datetime.now(UTC))
    return HttpResponse(status=201 if signed else 409)


urlpatterns = [
    path("files/", files),
    path("entries/", entries),
    path("visits/", visits),
    path("note/", note),
]
