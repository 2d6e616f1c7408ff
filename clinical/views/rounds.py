"""Measurements as a table: a row for each time at which somebody measured, a column for each kind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Page as PageOfRows
from django.core.paginator import Paginator
from django.db.models import Case, Count, DecimalField, ExpressionWrapper, OuterRef, Subquery, Value, When
from django.db.models import DateTimeField as Moment
from django.http import Http404
from django.utils import timezone

from accounts.models import Patient
from clinical.measures import (
    BMI,
    BODY_MASS_INDEX,
    HEIGHT,
    MEASURES,
    WEIGHT,
    Measure,
    body_mass_index,
    measure_of,
)
from clinical.models import VitalSign
from clinical.views.paging import ROWS

# A height counts for so long; grown-ups shrink slowly, and children have no index of body mass here.
HEIGHT_KEEPS = timedelta(days=5 * 365)
GROWN_UP = 18
ORDER = [*MEASURES, BODY_MASS_INDEX]


@dataclass(frozen=True)
class Shown:
    """One measurement in words; `row` is missing for what was only reckoned."""

    words: str
    flags: str
    row: VitalSign | None = None

    @property
    def is_void(self) -> bool:
        return self.row is not None and self.row.is_in_error


@dataclass(frozen=True)
class Cell:
    label: Any
    shown: list[Shown]


@dataclass
class Round:
    at: datetime
    cells: list[Cell] = field(default_factory=list)
    rows: list[VitalSign] = field(default_factory=list)

    @property
    def entries(self) -> list[VitalSign]:
        """One row for each person and day of entering."""
        first = {
            (row.recorded_by_id, timezone.localdate(row.recorded_at)): row for row in reversed(self.rows)
        }
        return list(first.values())

    @property
    def is_late(self) -> bool:
        """Entered on another day than taken."""
        taken = timezone.localdate(self.at)
        return any(timezone.localdate(row.recorded_at) != taken for row in self.rows)


@dataclass(frozen=True)
class Table:
    columns: list[Any]
    rounds: list[Round]
    page_obj: PageOfRows | None


def table_of(rows: Any, patient: Patient, number: str | None = None, heights: Any = None) -> Table:
    """The twenty rounds of that page, in one query; none beyond the last page, and then there is no page either.

    Whoever may see all rows of the patient names all `heights`: to ask again who sees them, inside, is slow.
    """
    mine = rows.filter(patient=patient)
    asked = page_number(number)
    times = mine.order_by("-taken_at").values("taken_at").distinct()
    wanted = times[(asked - 1) * ROWS : asked * ROWS]
    count = mine.order_by().values("patient").annotate(n=Count("taken_at", distinct=True)).values("n")
    found = list(
        mine.filter(taken_at__in=wanted)
        .select_related("recorded_by")
        .annotate(rounds=Subquery(count), height=height_then(mine if heights is None else heights, patient))
        .order_by("-taken_at", "pk")
    )
    pages = Paginator(range(found[0].rounds if found else 0), ROWS)
    return laid_out(found, patient, pages.page(asked) if found or asked == 1 else None)


def page_number(number: str | None) -> int:
    if number is None:
        return 1
    # Python refuses to read numbers of thousands of digits.
    if not (number.isascii() and number.isdigit() and len(number) < ROWS // 2 and int(number)):
        raise Http404
    return int(number)


def height_then(rows: Any, patient: Patient) -> Any:
    """The newest valid height at the time of a weighing, in centimetres, taken when the person was grown up."""
    column = DecimalField(max_digits=9, decimal_places=3)
    if patient.birth_date is None:
        return Value(None, output_field=column)
    grown_up = timezone.make_aware(datetime.combine(birthday(patient.birth_date, GROWN_UP), time()))
    since = ExpressionWrapper(OuterRef("taken_at") - HEIGHT_KEEPS, output_field=Moment())
    heights = rows.valid().filter(
        patient=patient, code=HEIGHT, unit=MEASURES[HEIGHT].unit.code, taken_at__gte=since
    )
    before = heights.filter(taken_at__lte=OuterRef("taken_at"), taken_at__gte=grown_up)
    newest = before.order_by("-taken_at", "-pk").values("value")[:1]
    return Case(When(code=WEIGHT, then=Subquery(newest)), output_field=column)


def laid_out(found: list[Any], patient: Patient, page: PageOfRows | None) -> Table:
    rounds: dict[datetime, dict[str, list[Shown]]] = {}
    tables: dict[datetime, Round] = {}
    for row in found:
        cells = rounds.setdefault(row.taken_at, {})
        tables.setdefault(row.taken_at, Round(row.taken_at)).rows.append(row)
        for code, shown in shown_of(row, patient):
            cells.setdefault(code, []).append(shown)
    codes = in_order({code for cells in rounds.values() for code in cells})
    for at, one in tables.items():
        one.cells = [Cell(label_of(code), rounds[at].get(code, [])) for code in codes]
    return Table([words_of(code) for code in codes], list(tables.values()), page)


def shown_of(row: Any, patient: Patient) -> Iterator[tuple[str, Shown]]:
    """The measurement, and for a grown-up's weight the index of body mass."""
    measure = measure_of(row.code, row.unit)
    numbers = numbers_of(row)
    yield row.code, Shown(measure.shown(*numbers), flags(measure, numbers, patient, row.taken_at), row)
    height = getattr(row, "height", None)
    if height and not row.is_in_error and measure is MEASURES[WEIGHT]:
        index = body_mass_index(row.value, height)
        yield BODY_MASS_INDEX, Shown(BMI.shown(index), flags(BMI, [index], patient, row.taken_at))


def birthday(born: date, years: int) -> date:
    """A leap day's birthday is the first of March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def numbers_of(row: VitalSign) -> list[Decimal]:
    return [row.value] if row.second_value is None else [row.value, row.second_value]


def flags(measure: Measure, numbers: list[Decimal], patient: Patient, at: datetime) -> str:
    """High ↑, or for two numbers that differ: High ↑ / Low ↓."""
    found = [measure.flag(number, patient, at, part) for part, number in enumerate(numbers)]
    words = [str(flag) for flag in found if flag]
    return " / ".join(dict.fromkeys(words))


def in_order(codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: (ORDER.index(code) if code in ORDER else len(ORDER), code))


def words_of(code: str) -> Any:
    return BMI.words if code == BODY_MASS_INDEX else MEASURES[code].words if code in MEASURES else code


def label_of(code: str) -> Any:
    return BMI.short if code == BODY_MASS_INDEX else MEASURES[code].short if code in MEASURES else code
