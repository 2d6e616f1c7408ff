"""The visits in the way of leave, each with its best new time, and what was decided about each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Doctor, Location
from scheduling import messages
from scheduling.errors import SlotTaken, VisitsChanged
from scheduling.forms.leave import WITHOUT_NEW_TIME, DecisionForm, ForAllForm, Proposal
from scheduling.models import Appointment, Status, TimeOffDecision
from scheduling.services.leave import Affected, Decision, Leave, colleagues
from scheduling.templatetags.visits import moment_at

Choice = TimeOffDecision.Choice
NEEDS_TIME = (Choice.MOVE, Choice.OFFER)
FIELD = "-choice"
Posted = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One visit in the way: the new time and its place, how to reach the patient, and the form that decides."""

    affected: Affected
    place: Location | None
    is_told: bool
    form: DecisionForm

    @property
    def visit(self) -> Appointment:
        return self.affected.visit


class Review:
    """The whole page; its proposals are always fresh, its choices those that were sent, if any were.

    To the error summary it looks like a formset.
    """

    def __init__(self, affected: list[Affected], posted: Posted | None, now: datetime) -> None:
        self.for_all = ForAllForm(posted)
        places = Location.objects.in_bulk({row.slot.location_id for row in affected if row.slot})
        told = {grant.patient_id for grant in messages.told([row.visit.patient_id for row in affected], now)}
        self.rows = [
            Row(
                row,
                places.get(row.slot.location_id) if row.slot else None,
                row.visit.patient_id in told,
                form_for(row, posted),
            )
            for row in affected
        ]

    @property
    def needs_calls(self) -> int:
        return len({row.visit.patient_id for row in self.rows if not row.is_told})

    @property
    def has_no_time(self) -> int:
        return sum(row.affected.slot is None for row in self.rows)

    # What the error summary asks of a formset

    def __iter__(self) -> Iterator[DecisionForm]:
        return (row.form for row in self.rows)

    def total_error_count(self) -> int:
        return sum(len(form.errors) for form in self if form.is_bound)

    def non_form_errors(self) -> list[str]:
        return []


def form_for(row: Affected, posted: Posted | None) -> DecisionForm:
    """Unbound before anything was sent; then with what was chosen, if it is still possible, and a fresh proposal."""
    name, has_time = str(row.visit.public_id), row.slot is not None
    given = {f"{name}-proposal": proposal_of(row)}
    if posted is not None:
        choice = posted.get(f"{name}{FIELD}", "")
        possible = has_time or choice in {value for value, _words in WITHOUT_NEW_TIME}
        given[f"{name}{FIELD}"] = choice if possible else ""
    words = _("What becomes of the visit of %(patient)s") % {"patient": row.visit.patient.full_name}
    if posted is None:
        initial = {"proposal": proposal_of(row)}
        return DecisionForm(initial=initial, prefix=name, has_new_time=has_time, label=words)
    return DecisionForm(given, prefix=name, has_new_time=has_time, label=words)


def proposal_of(row: Affected) -> str:
    if row.doctor is None or row.start is None:
        return ""
    return str(Proposal(row.doctor.public_id, row.start))


def decide(review: Review, posted: Posted, leave: Leave) -> dict[int, Decision] | None:
    """What was decided about each visit, with the times that the page showed; nothing when some is left open.

    Raises VisitsChanged when the page showed other visits, SlotTaken when it cannot have shown such a time.
    """
    if {key.removesuffix(FIELD) for key in posted if key.endswith(FIELD)} != set(names(review)):
        raise VisitsChanged
    for_all = review.for_all
    if not for_all.is_valid() or any(form.errors for form in review):
        return None
    doctors = {doctor.public_id: doctor for doctor in [leave.doctor, *colleagues(leave.doctor)]}
    every = for_all.cleaned_data["every"]
    found = {row.visit.pk: decided(row, posted, every, doctors) for row in review.rows}
    if not every and None in found.values():
        for_all.add_error("every", _("Choose what becomes of the visits, or decide about each of them."))
        return None
    undecided = [row for row in review.rows if found[row.visit.pk] is None]
    for row in undecided:
        row.form.add_error("choice", no_time_words(row.visit))
    return None if undecided else {pk: decision for pk, decision in found.items() if decision}


def names(review: Review) -> list[str]:
    return [str(row.visit.public_id) for row in review.rows]


def decided(row: Row, posted: Posted, every: str, doctors: Mapping[UUID, Doctor]) -> Decision | None:
    """None when nothing was chosen, or a new time without there being one."""
    name = str(row.visit.public_id)
    sent = DecisionForm(posted, prefix=name, has_new_time=True, label="")
    sent.full_clean()
    choice = sent.cleaned_data.get("choice") or every
    if choice not in NEEDS_TIME:
        return Decision(choice) if choice else None
    proposal = sent.cleaned_data.get("proposal")
    if proposal is None:
        return None
    if proposal.doctor not in doctors:
        raise SlotTaken
    return Decision(choice, doctors[proposal.doctor], proposal.start)


def no_time_words(visit: Appointment) -> str:
    told = {
        "patient": visit.patient.full_name,
        "when": moment_at(visit.start_at, visit.location.time_zone),
    }
    return _("%(patient)s, %(when)s: there is no new time. Cancel the visit or keep it.") % told


def already_here(leave: Leave) -> list[Appointment]:
    """Patients in the waiting room or with the doctor: leave does not touch their visits."""
    rows = Appointment.objects.filter(doctor=leave.doctor.pk, status__in=[Status.ARRIVED, Status.CHECKED_IN])
    return list(rows.filter(start_at__lt=leave.end, end_at__gt=leave.start).with_people())
