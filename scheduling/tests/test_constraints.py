from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.state import ProjectState
from django.db.models import Q

from accounts.tests.throwaway import tables
from accounts.triggers.base import shape_of
from scheduling.constraints import BtreeGist, NoOverlapConstraint, violated_constraint

SANDBOX = Apps()
NAME = "one_turn_at_a_time"
TEN = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)


class Turn(models.Model):
    doctor = models.IntegerField(null=True)
    session = models.UUIDField(null=True, default=uuid4)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    is_free = models.BooleanField(default=False)
    seat = models.IntegerField(null=True)

    class Meta:
        apps, app_label = SANDBOX, "scheduling"
        indexes = [models.Index(name="turn_doctor", fields=["doctor", "starts"])]
        constraints = [
            NoOverlapConstraint(
                name=NAME,
                equal=["doctor"],
                start="starts",
                end="ends",
                unequal=["session"],
                condition=Q(is_free=False),
            ),
            models.CheckConstraint(name="a_seat_is_counted_from_one", condition=Q(seat__gte=1)),
        ]


@pytest.fixture(scope="module", autouse=True)
def _tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), tables(Turn):
        yield


def turn(minute: float = 0, length: float = 30, **fields: Any) -> Turn:
    """A turn of doctor 1, so many minutes after ten o'clock."""
    starts = TEN + timedelta(minutes=minute)
    return Turn(**{"doctor": 1, "starts": starts, "ends": starts + timedelta(minutes=length)} | fields)


def outcome(write: Any) -> str | None:
    """The broken constraint, or "passed"."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        return violated_constraint(error)
    return "passed"


MICROSECOND = 1 / 60_000_000
PAIRS = [
    # start and length of the second turn, when the first is from 0 to 30
    (0, 30, NAME),
    (29, 10, NAME),
    (-10, 11, NAME),
    (10, 5, NAME),
    (-10, 60, NAME),
    (30, 10, "passed"),
    (-10, 10, "passed"),
    (30 - MICROSECOND, 10, NAME),
    (-10, 10 + MICROSECOND, NAME),
    (30 + MICROSECOND, 10, "passed"),
    (-10, 10 - MICROSECOND, "passed"),
    (-1410, 1440, NAME),
    (-1440, 1440, "passed"),
    (-1440 + MICROSECOND, 1440, NAME),
]


@pytest.mark.parametrize(("minute", "length", "expected"), PAIRS)
def test_two_turns_of_one_doctor_do_not_overlap(
    db: None, minute: float, length: float, expected: str
) -> None:
    turn().save()

    assert outcome(turn(minute, length).save) == expected


@pytest.mark.parametrize(("minute", "length", "expected"), PAIRS)
def test_the_order_of_writing_does_not_matter(db: None, minute: float, length: float, expected: str) -> None:
    turn(minute, length).save()

    assert outcome(turn().save) == expected


@pytest.mark.parametrize(("minute", "length", "expected"), PAIRS)
def test_validation_agrees_with_the_database(db: None, minute: float, length: float, expected: str) -> None:
    turn().save()

    assert words(turn(minute, length)) == ([] if expected == "passed" else ["This time is already taken."])


def words(row: Turn) -> list[str]:
    """What a form would say."""
    try:
        row.validate_constraints()
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize(
    "other",
    [{"doctor": 2}, {"doctor": None}, {"is_free": True}, {"session": UUID(int=1)}, {"session": None}],
)
def test_what_may_overlap(db: None, other: dict[str, Any]) -> None:
    turn(session=UUID(int=1)).save()

    turn(**other).validate_constraints()
    assert outcome(turn(**other).save) == "passed"


def test_a_move_is_judged_like_a_new_row(db: None) -> None:
    turn().save()
    later = turn(60)
    later.save()

    onto = outcome(lambda: Turn.objects.filter(pk=later.pk).update(starts=TEN))
    beside = outcome(lambda: Turn.objects.filter(pk=later.pk).update(starts=TEN + timedelta(minutes=30)))

    assert (onto, beside) == (NAME, "passed")


def test_a_turn_does_not_stand_in_its_own_way(db: None) -> None:
    own = turn()
    own.save()

    moved = TEN + timedelta(minutes=5)

    assert outcome(lambda: Turn.objects.filter(pk=own.pk).update(starts=moved)) == "passed"
    own.validate_constraints()


def test_a_row_that_begins_to_count_is_judged(db: None) -> None:
    turn().save()
    turn(is_free=True).save()

    assert outcome(lambda: Turn.objects.filter(is_free=True).update(is_free=False)) == NAME


def test_bulk_rows_are_judged_against_each_other(db: None) -> None:
    assert outcome(lambda: Turn.objects.bulk_create([turn(), turn(10)])) == NAME
    assert Turn.objects.count() == 0


def test_a_block_longer_than_a_day_is_refused(db: None) -> None:
    with pytest.raises(ValidationError, match="at most 24 hours"):
        turn(length=1441).validate_constraints()

    assert outcome(turn(length=1441).save) == NAME
    assert outcome(turn(length=1441, is_free=True).save) == "passed"


@pytest.mark.parametrize("spelling", ["2027-03-01T10:05:00", "2027-03-01 10:05:00+00:00", "2027-03-01 10:05"])
def test_an_instant_that_cannot_be_compared_as_text_is_refused(db: None, spelling: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL knows instants")
    turn(60).save()

    assert outcome(lambda: _raw("UPDATE scheduling_turn SET starts = %s", spelling)) == NAME


def _raw(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_validation_is_one_query_and_leaves_unknown_values_to_others(
    db: None, django_assert_num_queries: Any
) -> None:
    turn().save()
    rule = Turn._meta.constraints[0]

    rule.validate(Turn, turn(), exclude={"starts"})
    rule.validate(Turn, turn(is_free=True))
    with django_assert_num_queries(1):
        rule.validate(Turn, turn(doctor=2))


def test_the_index_serves_the_search_for_overlaps(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("on PostgreSQL the constraint is an index")
    [sql] = [row.create for row in _rules() if row.name.endswith("_insert")]
    query = sql[sql.index("WHERE EXISTS (") + len("WHERE EXISTS (") : sql.rindex("); END")]
    for name, value in {"doctor": 1, "starts": TEN, "ends": TEN, "session": "x", "id": 1}.items():
        query = query.replace(f'NEW."{name}"', f"'{value}'")

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        plan = cursor.fetchone()[3]

    assert "USING INDEX turn_doctor (doctor=? AND starts>? AND starts<?)" in plan


def _rules() -> list[Any]:
    return Turn._meta.constraints[0].rules(shape_of(Turn), connection)


def test_other_broken_constraints_are_named_too(db: None) -> None:
    assert outcome(turn(seat=0).save) == "a_seat_is_counted_from_one"


def test_an_error_that_is_no_constraint_has_no_name(db: None) -> None:
    assert outcome(turn(starts=None).save) is None


def test_the_constraint_is_rebuilt_from_its_migration() -> None:
    rule = Turn._meta.constraints[0]

    path, args, kwargs = rule.deconstruct()

    assert path == "scheduling.constraints.NoOverlapConstraint"
    assert NoOverlapConstraint(*args, **kwargs) == rule


def test_the_extension_may_be_added_twice(db: None) -> None:
    with connection.cursor() as cursor:
        editor = connection.schema_editor()
        for __ in range(2):
            BtreeGist().database_forwards("scheduling", editor, ProjectState(), ProjectState())
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")
            assert cursor.fetchone()[0] == 1
