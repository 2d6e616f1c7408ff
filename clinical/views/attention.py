"""What must not be overlooked in a chart: on top of it, each with the way to the place where it is dealt with."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Patient
from clinical.models import CorrectionRequest, Encounter, LabResult
from clinical.services.immunizations import Due

ANSWER = "clinical.answer_correctionrequest"
ABNORMAL = {"L", "H", "LL", "HH", "A"}


class Point(NamedTuple):
    words: str
    url: str
    tone: str = "warning"


def attention(user: Any, patient: Patient, due: list[Due]) -> list[Point]:
    """Three queries, however much there is."""
    found = [*unreviewed(user, patient), *asked(user, patient), *unsigned(user, patient)]
    return found + [overdue(patient, dose) for dose in due if dose.is_overdue]


def overdue(patient: Patient, dose: Due) -> Point:
    url = reverse("clinical:chart-immunizations", args=[patient.public_id])
    return Point(f"{dose.row.display}: {dose}", url)


def unsigned(user: Any, patient: Patient) -> Iterator[Point]:
    """The reader's own visits with this patient that wait for a signature."""
    mine = Encounter.objects.visible_to(user, "clinical.write_record").in_progress().filter(patient=patient)
    for visit in mine:
        day = date_format(visit.started_at, "j F Y")
        words = _("Your note of %(day)s is not signed yet") % {"day": day}
        yield Point(words, reverse("clinical:encounter-write", args=[visit.public_id]))


def unreviewed(user: Any, patient: Patient) -> Iterator[Point]:
    """Results that nobody has looked at; one that is not normal is said to be so."""
    flags = (
        LabResult.objects.visible_to(user).unreviewed().filter(patient=patient).values_list("flag", flat=True)
    )
    found = list(flags)
    if not found:
        return
    url = reverse("clinical:chart-results", args=[patient.public_id])
    words = ngettext("%(number)d result to review", "%(number)d results to review", len(found))
    abnormal = sum(flag in ABNORMAL for flag in found)
    if abnormal:
        words = ngettext(
            "%(number)d result to review, %(abnormal)d not normal",
            "%(number)d results to review, %(abnormal)d not normal",
            len(found),
        )
    yield Point(
        words % {"number": len(found), "abnormal": abnormal}, url, "danger" if abnormal else "warning"
    )


def asked(user: Any, patient: Patient) -> Iterator[Point]:
    """Corrections that the patient asked of the reader."""
    for request in CorrectionRequest.objects.visible_to(user, ANSWER).open().filter(patient=patient):
        day = date_format(request.happened_at, "j F Y")
        words = _("The patient asked for a correction on %(day)s") % {"day": day}
        yield Point(words, reverse("clinical:correction-answer", args=[request.public_id]))
