"""Changes that patients ask for on their file: asked for, replaced, taken back, and decided by the desk one by one."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.audit import acting
from accounts.errors import DetailsDecided, FileArchived, StaleVersion
from accounts.models import DetailsChange, Patient, PossibleTwin, User
from accounts.models.details_change import as_shown, as_text, as_value
from accounts.outbox import enqueue
from accounts.rules import demand
from accounts.services import twins
from accounts.services.merging.holding import patiently

ASK, DECIDE = "accounts.request_details_change", "accounts.change_detailschange"
# A change of these may show that somebody is registered twice.
TELLING = {"given_name", "family_name", "birth_date", "phone", "email"}
CALL_US = _("This file is in the archive. Call us about its details.")
Status = DetailsChange.Status


class Wish(NamedTuple):
    """What stood on the file when the patient looked, and what should stand there; both as a request keeps them."""

    seen: str
    wanted: str


class Verdict(NamedTuple):
    accepts: bool
    reason: str = ""


def held(patient: Patient, name: str) -> str:
    return as_text(name, getattr(patient, name))


def shown_to(patient: Patient) -> dict[str, list[str]]:
    """For each field what the file holds, and what the form offers: an open wish, or else the same; one query."""
    wanted = {row.field: row.wanted for row in patient.details_changes.open()}
    values = {name: held(patient, name) for name in DetailsChange.Field.values}
    return {name: [value, wanted.get(name, value)] for name, value in values.items()}


@patiently
def request_changes(*, patient: Patient, wishes: Mapping[str, Wish], actor: User, now: datetime) -> None:
    """A wish for what differs from the file, in place of an open one for the same field; sent twice, it is one.

    To wish for what stands takes an open wish back. Raises ValidationError by field.
    """
    demand(actor, ASK, patient)
    with acting(actor, reason="change of details asked for"):
        patient = hold(patient, CALL_US)
        waiting = {row.field: row for row in patient.details_changes.open()}
        for name, wish in wishes.items():
            ask(patient, DetailsChange.Field(name), wish, waiting.get(name), actor, now)


def ask(
    patient: Patient, field: str, wish: Wish, waits: DetailsChange | None, actor: User, now: datetime
) -> None:
    stands, wanted = held(patient, field), as_text(field, as_value(field, wish.wanted))
    if waits and waits.wanted == wanted:
        return
    if waits:
        settle(waits, Status.CANCELLED, actor, now)
    if wanted != stands:
        fit(patient, {field: wanted})
        told = {"old": wish.seen, "wanted": wanted, "requested_by": actor}
        patient.details_changes.create(field=field, happened_at=now, recorded_at=now, **told)


@patiently
def review(
    *, patient: Patient, version: int, verdicts: Mapping[int, Verdict], actor: User, now: datetime
) -> int:
    """Change on the file what is accepted, give the others their reason, and tell who asked, in one transaction.

    `verdicts` names wishes of this patient by key; `version` is that of the file that was looked at. Returns
    how many possible twins now wait. Raises ValidationError by field when the file cannot take a value.
    """
    demand(actor, DECIDE, patient)
    require_reasons(verdicts.values())
    with acting(actor, reason="details reviewed"):
        patient = hold(patient)
        rows = hold_wishes(patient, verdicts)
        if all(row.status == outcome(verdicts[row.pk]) and row.decided_by_id == actor.pk for row in rows):
            return 0
        check(patient, rows, verdicts, version)
        found = change(patient, [row for row in rows if verdicts[row.pk].accepts], now)
        for row in rows:
            settle(row, outcome(verdicts[row.pk]), actor, now, verdicts[row.pk].reason)
        tell(rows)
    return found


def require_reasons(verdicts: Iterable[Verdict]) -> None:
    if not all(verdict.accepts or verdict.reason.strip() for verdict in verdicts):
        raise ValidationError(_("Say why a change is refused."))


def hold(patient: Patient, words: Any = "") -> Patient:
    """The file as it stands, locked; FileClosed or FileArchived when nobody should write in it."""
    patient = Patient.objects.held(patient)
    if patient.is_archived:
        raise FileArchived(words)
    return patient


def hold_wishes(patient: Patient, keys: Collection[int]) -> list[DetailsChange]:
    rows = patient.details_changes.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    found = list(rows)
    if len(found) != len(keys):
        raise DetailsDecided
    return found


def outcome(verdict: Verdict) -> str:
    return Status.COMPLETED if verdict.accepts else Status.REJECTED


def check(
    patient: Patient, rows: Iterable[DetailsChange], verdicts: Mapping[int, Verdict], version: int
) -> None:
    """Nobody decided and nobody wrote in the file while the desk was looking."""
    if any(row.status != Status.REQUESTED for row in rows):
        raise DetailsDecided
    if patient.version != version:
        both = [
            (row.get_field_display(), row.wanted_shown, as_shown(row.field, held(patient, row.field)))
            for row in rows
            if verdicts[row.pk].accepts
        ]
        raise StaleVersion(rows=both, version=patient.version)


def change(patient: Patient, accepted: Iterable[DetailsChange], now: datetime) -> int:
    """What stands already is not written again, and then the version stays."""
    differing = {row.field: row.wanted for row in accepted if held(patient, row.field) != row.wanted}
    if not differing:
        return 0
    fit(patient, differing)
    patient.claim_version(patient.version)
    patient.save(update_fields=[*differing, "search_name", "name_sounds"])
    return look_for_twins(patient, now) if TELLING & set(differing) else 0


def fit(patient: Patient, texts: Mapping[str, str]) -> None:
    """Sets the values, which the fields of the file judge; saves nothing."""
    for name, text in texts.items():
        setattr(patient, name, as_value(name, text))
    patient.clean_fields(exclude={field.name for field in patient._meta.fields} - set(texts))
    patient.clean()


def look_for_twins(patient: Patient, now: datetime) -> int:
    pairs = twins.queue(patient, twins.likely(patient), source=PossibleTwin.Source.EDIT, now=now)
    return PossibleTwin.objects.waiting().filter(pk__in=pairs).count()


def settle(row: DetailsChange, status: str, actor: User, now: datetime, reason: str = "") -> None:
    row.status, row.decided_by, row.decided_at = status, actor, now
    row.reason = reason.strip() if status == Status.REJECTED else ""
    row.save(update_fields=["status", "decided_by", "decided_at", "reason"])


def tell(rows: Iterable[DetailsChange]) -> None:
    """One message to each who asked, however many of the wishes were decided."""
    for row in {row.requested_by_id: row for row in rows}.values():
        enqueue("details-reviewed", row, recipient=row.requested_by)
