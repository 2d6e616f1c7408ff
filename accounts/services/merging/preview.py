"""What a merge would do: read, and written nowhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from accounts.errors import CannotMerge
from accounts.models import Gender, Patient, PatientAccess, User
from accounts.models.merging import CLOSE, MOVE, RESOLVE, Change, MergeRule, name_of, relations, rule_of
from accounts.rules import demand

MERGE = "accounts.merge_patient"
SURVIVOR, LOSER = "survivor", "loser"


@dataclass(frozen=True)
class Difference:
    """A field in which the two files differ, and whose value stands unless somebody says otherwise."""

    name: str
    label: str
    survivor: str
    loser: str
    default: str


@dataclass(frozen=True)
class Preview:
    """`counts` are (kind of rows, how many move); `clashes` and `ends` are sentences, by kind."""

    survivor: Patient
    loser: Patient
    differences: list[Difference]
    counts: list[tuple[str, int]]
    clashes: list[tuple[str, list[str]]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    own_account: str = ""

    @property
    def pair(self) -> list[Patient]:
        return [self.survivor, self.loser]

    @property
    def versions(self) -> tuple[int, int]:
        return self.survivor.version, self.loser.version


def preview(*, survivor: Patient, loser: Patient, actor: User, now: datetime) -> Preview:
    """Raises CannotMerge where the merge itself would."""
    demand(actor, MERGE, survivor)
    demand(actor, MERGE, loser)
    check(survivor, loser)
    changes = {name_of(one): changes_of(one, survivor, loser, now) for one in relations()}
    account = free_account(survivor, loser, now)
    return Preview(
        survivor,
        loser,
        differences(survivor, loser),
        [(capfirst(plural(one)), number) for one in moving() if (number := rows_of(one, loser).count())],
        [
            (capfirst(plural(one)), told(changes[name_of(one)]))
            for one in ruled(RESOLVE)
            if changes[name_of(one)]
        ],
        [words for one in ruled(CLOSE) for words in told(changes[name_of(one)])],
        list(warnings(survivor, loser)),
        account.user.email if account else "",
    )


def check(survivor: Patient, loser: Patient) -> None:
    """Two files that both stand."""
    if survivor.pk == loser.pk:
        raise CannotMerge(_("Choose two different patients."))
    for patient in (survivor, loser):
        if patient.merged_into_id is not None:
            raise CannotMerge(_("%(name)s was merged into another file already.") % {"name": patient})
        if patient.is_archived:
            words = _("%(name)s is archived. Bring the file back from the archive first.")
            raise CannotMerge(words % {"name": patient})


def ruled(*rules: MergeRule) -> list[Any]:
    return [one for one in relations() if rule_of(one) in rules]


def moving() -> list[Any]:
    return ruled(MOVE, RESOLVE)


def rows_of(relation: Any, patient: Patient) -> Any:
    """All of the patient's rows, also those that a manager of the model would hide."""
    return relation.model._base_manager.filter(**{relation.name: patient})


def plural(relation: Any) -> str:
    return str(relation.model._meta.verbose_name_plural)


def changes_of(relation: Any, survivor: Patient, loser: Patient, now: datetime) -> list[Change]:
    """What must change beside the patient; whoever is in a set already is not put into it twice."""
    if rule_of(relation) in (RESOLVE, CLOSE):
        found: list[Change] = relation.model.merge_changes(survivor=survivor, loser=loser, now=now)
        return found
    if relation.model._meta.auto_created and rule_of(relation) is MOVE:
        return [Change(pk, None) for pk in in_both(relation, survivor, loser)]
    return []


def in_both(relation: Any, survivor: Patient, loser: Patient) -> list[Any]:
    """Rows of a many-to-many table whose other side knows the survivor too."""
    ends = (one for one in relation.model._meta.local_fields if one.is_relation and one.name != relation.name)
    other = next(ends).attname
    known = rows_of(relation, survivor).values(other)
    return list(rows_of(relation, loser).filter(**{f"{other}__in": known}).values_list("pk", flat=True))


def told(changes: list[Change]) -> list[str]:
    return [str(change.words) for change in changes if change.words]


def chosen_fields() -> list[Any]:
    """What people may edit in a patient: of these, and only these, one value is chosen."""
    return [one for one in Patient._meta.concrete_fields if one.editable and not one.primary_key]


def difference(column: Any, survivor: Patient, loser: Patient) -> Difference:
    label, stands = capfirst(str(column.verbose_name)), default(column, survivor, loser)
    return Difference(column.name, label, shown(column, survivor), shown(column, loser), stands)


def differences(survivor: Patient, loser: Patient) -> list[Difference]:
    return [
        difference(one, survivor, loser)
        for one in chosen_fields()
        if getattr(survivor, one.attname) != getattr(loser, one.attname)
    ]


def default(column: Any, survivor: Patient, loser: Patient) -> str:
    """The survivor's, or the loser's where the survivor has none."""
    mine, theirs = getattr(survivor, column.attname), getattr(loser, column.attname)
    return LOSER if is_empty(mine) and not is_empty(theirs) else SURVIVOR


def is_empty(value: Any) -> bool:
    return value in (None, "", Gender.UNKNOWN)


def shown(column: Any, patient: Patient) -> str:
    value = getattr(patient, column.attname)
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, date):
        return date_format(value, "j F Y")
    if isinstance(value, PhoneNumber):
        return str(value.as_international)
    return str(value or "")


def settled(survivor: Patient, loser: Patient, choices: Mapping[str, str]) -> dict[str, str]:
    """Whose value stands, for every field in which the two differ."""
    return {one.name: choices.get(one.name) or one.default for one in differences(survivor, loser)}


def free_account(survivor: Patient, loser: Patient, now: datetime) -> PatientAccess | None:
    """The loser's own account, where the survivor has none: the one that might go over."""
    own = PatientAccess.objects.filter(kind=PatientAccess.Kind.SELF, ends_at__isnull=True)
    if own.filter(patient=survivor).exists():
        return None
    return own.open_at(now).filter(patient=loser).select_related("user").first()


def warnings(survivor: Patient, loser: Patient) -> Iterator[str]:
    """What speaks against one person, and what somebody should know before."""
    if {survivor.gender, loser.gender} == {Gender.FEMALE, Gender.MALE}:
        yield _("The two files name different sexes.")
    if survivor.birth_date and loser.birth_date and survivor.birth_date != loser.birth_date:
        yield _("The two files have different dates of birth.")
    if (survivor.deceased_at is None) != (loser.deceased_at is None):
        yield _("One of the two files says that the patient has died.")
