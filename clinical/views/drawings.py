"""Trends of measurements, ready for the page: a drawing for each kind that was measured twice or more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Patient
from accounts.templatetags.house import clock
from clinical.measures import MEASURES, Measure
from clinical.measures.shapes import figure
from clinical.trends import Band, Drawing, Point, draw

# A drawing shows so many points at most: first, last, the lowest and highest of both numbers, the others evenly.
MOST = 200
EVENLY = MOST - 6
# A span that changes with age is drawn in so many steps.
STEPS = 24
FEWEST = 2


@dataclass(frozen=True)
class Measured:
    at: datetime
    numbers: list[Any]
    count: int


@dataclass(frozen=True)
class Trend:
    """`name` is different for each person on a page."""

    name: str
    words: Any
    title: str
    summary: str
    normal: list[str]
    drawing: Drawing
    begins: str
    ends: str
    is_thinned: bool


def trends_of(rows: Any, patient: Patient) -> list[Trend]:
    """In one query, which brings no more than what is drawn."""
    found: dict[str, list[Measured]] = {}
    for code, points in groupby(chosen(rows, patient), lambda row: row[0]):
        found[code] = [Measured(at, numbers(value, second), count) for _, at, value, second, count in points]
    return [
        trend(MEASURES[code], found[code], patient) for code in MEASURES if len(found.get(code, [])) >= FEWEST
    ]


def numbers(value: Any, second: Any) -> list[Any]:
    return [value] if second is None else [value, second]


def chosen(rows: Any, patient: Patient) -> Any:
    """The points to draw of each kind, in the order of time, with the number of all."""
    ours = Q()
    for measure in MEASURES.values():
        ours |= Q(code=measure.code, unit=measure.unit.code)
    ranks = {"place": ranked("taken_at"), "by_value": ranked("value"), "by_second": ranked("second_value")}
    counted = rows.valid().filter(ours, patient=patient)
    counted = counted.annotate(many=Window(Count("pk"), partition_by="code"), **ranks)
    share = {
        "bucket": F("place") * EVENLY / F("many"),
        "bucket_before": (F("place") - 1) * EVENLY / F("many"),
    }
    ends = Q()
    for name in ranks:
        ends |= Q(**{name: 1}) | Q(**{name: F("many")})
    kept = counted.annotate(**share).filter(ends | ~Q(bucket=F("bucket_before")))
    return kept.order_by("code", "taken_at", "pk").values_list(
        "code", "taken_at", "value", "second_value", "many"
    )


def ranked(column: str) -> Window:
    return Window(RowNumber(), partition_by="code", order_by=[column, "pk"])


def trend(measure: Measure, points: list[Measured], patient: Patient) -> Trend:
    series = [
        [Point(point.at, point.numbers[part]) for point in points] for part in range(len(measure.parts))
    ]
    first, last = points[0].at, points[-1].at
    begins, ends = axis_words(first, last)
    bands = [
        band for part in range(len(measure.parts)) for band in bands_of(measure, patient, first, last, part)
    ]
    return Trend(
        name=f"trend-{patient.public_id.hex[:8]}-{measure.code}",
        words=measure.words,
        title=_("%(what)s from %(first)s to %(last)s")
        % {"what": measure.words, "first": day(first), "last": day(last)},
        summary=summary(measure, points),
        normal=normal_words(measure, patient, last),
        drawing=draw(series, bands),
        begins=begins,
        ends=ends,
        is_thinned=points[0].count > len(points),
    )


def summary(measure: Measure, points: list[Measured]) -> str:
    by_value = sorted(points, key=lambda point: point.numbers)
    count = points[0].count
    words = ngettext(
        "%(count)s value: lowest %(low)s, highest %(high)s, last %(last)s.",
        "%(count)s values: lowest %(low)s, highest %(high)s, last %(last)s.",
        count,
    )
    shown = {"low": by_value[0], "high": by_value[-1], "last": points[-1]}
    return words % {"count": count, **{name: measure.shown(*point.numbers) for name, point in shown.items()}}


def normal_words(measure: Measure, patient: Patient, at: datetime) -> list[str]:
    """What the shaded band means, at the age of the last value."""
    spans = [(part, measure.normal(patient, at, number)) for number, part in enumerate(measure.parts)]
    return [
        _("%(what)s: normal from %(low)s to %(high)s")
        % {"what": part.words, "low": figure(span.low), "high": measure.shown(span.high)}
        for part, span in spans
        if span
    ]


def bands_of(
    measure: Measure, patient: Patient, first: datetime, last: datetime, part: int
) -> Iterator[Band]:
    """Neighbours that are equal are one band."""
    step = max((last - first) / STEPS, timedelta(microseconds=1))
    slices = [(first + step * number, first + step * (number + 1)) for number in range(STEPS)]
    spans = [(start, end, measure.normal(patient, start + step / 2, part)) for start, end in slices]
    for span, group in groupby(spans, lambda one: one[2]):
        if span:
            same = list(group)
            yield Band(same[0][0], same[-1][1], span.low, span.high)


def axis_words(first: datetime, last: datetime) -> list[str]:
    """Days at both ends of the drawing; times, when all of it is one day."""
    ends = [localtime(first), localtime(last)]
    if ends[0].date() == ends[1].date():
        return [str(clock(end)) for end in ends]
    return [date_format(end, "j M Y") for end in ends]


def day(at: datetime) -> str:
    return date_format(localtime(at), "j F Y")
