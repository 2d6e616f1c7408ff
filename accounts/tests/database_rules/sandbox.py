"""Models that carry every kind of rule, and how their refusals and notes are read."""

from typing import Any

from django.apps.registry import Apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q

from accounts.models import AuditEvent
from accounts.triggers import AppendOnly, AuditRows, ImmutableWhen

SANDBOX = Apps()
SIGNED_MOVES = [("final", "amended"), ("amended", "entered-in-error")]


class Person(models.Model):
    name = models.CharField(max_length=20)
    secret = models.CharField(max_length=20, default="")

    class Meta:
        apps, app_label = SANDBOX, "accounts"
        constraints = [AuditRows(name="people_are_audited", patient="self", exclude=["secret"])]


class Folder(models.Model):
    person = models.ForeignKey(Person, models.PROTECT)
    is_closed = models.BooleanField(default=False)

    class Meta:
        apps, app_label = SANDBOX, "accounts"


class Sheet(models.Model):
    folder = models.ForeignKey(Folder, models.PROTECT)
    text = models.CharField(max_length=20, default="")
    colour = models.CharField(max_length=20, default="")

    class Meta:
        apps, app_label = SANDBOX, "accounts"
        constraints = [
            ImmutableWhen(
                name="a_closed_folder_keeps_its_sheets",
                condition=Q(is_closed=True),
                through="folder",
                free=["colour"],
                guard_insert=True,
            )
        ]


class Mark(models.Model):
    sheet = models.ForeignKey(Sheet, models.PROTECT)
    text = models.CharField(max_length=20, default="")
    amount = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    is_seen = models.BooleanField(default=False)
    answer = models.JSONField(null=True)
    token = models.UUIDField(null=True)
    day = models.DateField(null=True)
    seen_at = models.DateTimeField(null=True)
    blob = models.BinaryField(null=True)

    class Meta:
        apps, app_label = SANDBOX, "accounts"
        constraints = [
            AuditRows(name="marks_are_audited", patient="sheet__folder__person"),
            ImmutableWhen(
                name="a_closed_folder_keeps_its_marks",
                condition=Q(is_closed=True),
                through="sheet__folder",
                guard_insert=True,
            ),
        ]


class Paper(models.Model):
    status = models.CharField(max_length=20, default="preliminary")
    text = models.CharField(max_length=20, default="")
    note = models.CharField(max_length=20, null=True)
    owner = models.CharField(max_length=20, default="ana")
    released_at = models.DateTimeField(null=True)

    class Meta:
        apps, app_label = SANDBOX, "accounts"
        constraints = [
            ImmutableWhen(
                name="a_signed_paper_stays",
                condition=Q(status__in=["final", "amended"]),
                allow={"status": SIGNED_MOVES},
                once=["released_at"],
                free=["note"],
                moved=["owner"],
            )
        ]


class Entry(models.Model):
    text = models.CharField(max_length=20, unique=True)

    class Meta:
        apps, app_label = SANDBOX, "accounts"
        constraints = [AppendOnly(name="entries_are_append_only")]


def refusal(statement: str | Any, *params: object) -> str:
    """The words of the refusal, or of its absence."""
    try:
        with transaction.atomic():
            statement() if callable(statement) else connection.cursor().execute(statement, params)
    except IntegrityError as error:
        return str(error).splitlines()[0]
    return "passed"


def notes(table: str, **filters: object) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(target_table=table, **filters).order_by("pk"))


def changes(table: str, **filters: object) -> list[Any]:
    return [note.changes for note in notes(table, **filters)]
