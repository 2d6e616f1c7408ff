"""What must be looked at before a medicine is prescribed: warnings, why they were passed over, the printed number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import acting
from accounts.errors import Busy
from accounts.models import User
from accounts.names import search_key
from accounts.rules import demand
from clinical.errors import EncounterNotOpen, NotReadyToSign, ReasonMissing
from clinical.medicines import BY_KEY, Meaning, crosses, meaning, same_words
from clinical.models import Allergy, Encounter, Prescription, PrescriptionCheck, PrescriptionItem
from clinical.services.encounters import lock
from scheduling.services.calendar import patiently

Rule, Override = PrescriptionCheck.Rule, PrescriptionCheck.Override
Key = tuple[str, str, str]
LONGEST_MEDICINE, LONGEST_MESSAGE, LONGEST_SUBJECT = 300, 500, 64
# Neither vowels nor what is taken for something else: 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
PLAIN = "34679CDFGHJKMNPQRTWXY"
NUMBER_LENGTH = CODE_LENGTH = 10
TRIES = 5


@dataclass(frozen=True)
class Caution:
    """One warning about one medicine. `subject` changes with what it is about, so that it is asked again then."""

    rule: str
    medicine: str
    subject: str
    message: str

    @property
    def key(self) -> Key:
        return (self.rule, search_key(self.medicine), self.subject)

    @property
    def mark(self) -> str:
        """Names the warning in a form."""
        return f"w{digest(*self.key)}"


def digest(*parts: object) -> str:
    return sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


def cautions(*, encounter: Encounter, now: datetime) -> list[Caution]:
    """All that is to be warned of in the visit's prescription, each once; one query while it is empty, else four."""
    items = list(PrescriptionItem.objects.filter(prescription__encounter=encounter).order_by("pk"))
    if not items:
        return []
    found = [*allergic(encounter, items), *taken_already(encounter, items, now), *written_twice(items)]
    return list({caution.key: caution for caution in found}.values())


def unresolved(*, encounter: Encounter, now: datetime) -> list[Caution]:
    """Those for which no reason is recorded."""
    found = cautions(encounter=encounter, now=now)
    if not found:
        return []
    resolved = {key_of(check) for check in PrescriptionCheck.objects.filter(encounter=encounter)}
    return [caution for caution in found if caution.key not in resolved]


def key_of(check: PrescriptionCheck) -> Key:
    return (check.rule, search_key(check.medicine), check.subject)


def allergic(encounter: Encounter, items: Sequence[PrescriptionItem]) -> Iterator[Caution]:
    warning = Allergy.objects.active().filter(patient=encounter.patient_id)
    for allergy in warning.prefetch_related("reactions").order_by("criticality", "pk"):
        for item in items:
            met = meets(item, allergy)
            if met:
                rule, why = met
                yield caution(
                    rule, item, allergy_subject(allergy), " ".join([allergy_words(item, allergy), why])
                )


def meets(item: PrescriptionItem, allergy: Allergy) -> tuple[str, str] | None:
    """Whether the allergy speaks against the medicine: the rule, and what it says beyond the allergy itself."""
    ours, theirs = item_meaning(item), meaning(allergy.display, allergy.system, allergy.code)
    if ours.substances & theirs.substances:
        return Rule.ALLERGY, ""
    if not theirs:
        return (Rule.ALLERGY, "") if same_words(item.product, allergy.display) else None
    shared = sorted(ours.classes & theirs.classes)
    if shared:
        words = _("Both are %(class)s.") if theirs.substances else _("%(medicine)s is one of the %(class)s.")
        return Rule.ALLERGY_CLASS, words % {"class": BY_KEY[shared[0]].words, "medicine": item.medicine}
    cross = crosses(ours.classes, theirs.classes)
    if cross is None:
        return None
    one, other = (BY_KEY[key].words for key in cross.classes)
    return Rule.ALLERGY_CLASS, " ".join(
        [_("%(one)s and %(other)s:") % {"one": one, "other": other}, str(cross.words)]
    )


def item_meaning(item: PrescriptionItem) -> Meaning:
    return meaning(item.product, item.system, item.code)


def allergy_words(item: PrescriptionItem, allergy: Allergy) -> str:
    told = {"medicine": item.medicine, "allergy": allergy.display, "details": "; ".join(details(allergy))}
    return _("%(medicine)s: there is an allergy to %(allergy)s (%(details)s).") % told


def details(allergy: Allergy) -> list[str]:
    """The reactions, the danger, and whether it is certain."""
    told = [
        f"{reaction.manifestation}, {reaction.get_severity_display()}"
        if reaction.severity
        else reaction.manifestation
        for reaction in allergy.reactions.all()
    ]
    danger = _("danger %(danger)s") % {"danger": str(allergy.get_criticality_display()).casefold()}
    return [
        *(told or [_("reaction not recorded")]),
        danger,
        str(allergy.get_verification_display()).casefold(),
    ]


def allergy_subject(allergy: Allergy) -> str:
    """Another one as soon as the allergy reads otherwise."""
    reactions = [(row.manifestation, row.severity) for row in allergy.reactions.all()]
    read = (
        allergy.system,
        allergy.code,
        allergy.display,
        allergy.criticality,
        allergy.verification,
        reactions,
    )
    return f"{allergy.public_id}:{digest(*read)}"


def taken_already(
    encounter: Encounter, items: Sequence[PrescriptionItem], now: datetime
) -> Iterator[Caution]:
    """Medicines of signed prescriptions that neither ended nor ran out."""
    day = timezone.localdate(now)
    for other in running(encounter, day):
        for item in items:
            if is_same(item, other):
                yield caution(
                    Rule.DUPLICATE, item, f"item:{other.pk}:{other.status}", already_words(item, other)
                )


def running(encounter: Encounter, day: date) -> list[PrescriptionItem]:
    rows = PrescriptionItem.objects.of_patient(encounter.patient_id).current()
    others = rows.exclude(prescription__encounter=encounter)
    return [other for other in others if (other.last_day() or day) >= day]


def already_words(item: PrescriptionItem, other: PrescriptionItem) -> str:
    told = {
        "medicine": item.medicine,
        "other": ": ".join(part for part in (other.product, other.directions) if part),
        "day": date_format(timezone.localtime(other.prescription.happened_at), "j F Y"),
        "doctor": other.prescription.prescriber,
    }
    if other.status == PrescriptionItem.Status.ON_HOLD:
        return _("%(medicine)s: on hold already, prescribed on %(day)s by %(doctor)s (%(other)s).") % told
    return _("%(medicine)s: taken already, prescribed on %(day)s by %(doctor)s (%(other)s).") % told


def written_twice(items: Sequence[PrescriptionItem]) -> Iterator[Caution]:
    for number, item in enumerate(items):
        for earlier in items[:number]:
            if is_same(item, earlier):
                words = _("%(medicine)s: this prescription has it already (%(other)s).")
                told = words % {"medicine": item.medicine, "other": earlier.product}
                yield caution(Rule.DUPLICATE, item, f"same:{digest(search_key(earlier.product))}", told)


def is_same(one: PrescriptionItem, other: PrescriptionItem) -> bool:
    """The same substance in both; what the table does not know is compared by its words."""
    ours, theirs = item_meaning(one).substances, item_meaning(other).substances
    return bool(ours & theirs) if ours or theirs else same_words(one.medicine, other.medicine)


def caution(rule: str, item: PrescriptionItem, subject: str, message: str) -> Caution:
    return Caution(
        rule=str(rule),
        medicine=item.product[:LONGEST_MEDICINE].strip(),
        subject=subject[:LONGEST_SUBJECT],
        message=message[:LONGEST_MESSAGE].strip(),
    )


def unknown_to_checks(allergies: Iterable[Allergy]) -> list[str]:
    """To medicines, in words that no check knows: a warning for them comes only when the very words are written."""
    kinds = {Allergy.Category.MEDICATION, Allergy.Category.BIOLOGIC}
    told = (row for row in allergies if row.category in kinds)
    return [row.display for row in told if not meaning(row.display, row.system, row.code)]


@patiently
def override(
    *, encounter: Encounter, reasons: Mapping[str, tuple[str, str]], actor: User, now: datetime
) -> list[PrescriptionCheck]:
    """Record why warnings are passed over, by their marks; sent twice, it is recorded once.

    A reason for what is no warning any more is left out.
    """
    demand(actor, "clinical.write_record", encounter)
    with acting(actor, reason="warning of a prescription overridden"):
        encounter = lock(encounter)
        if not encounter.is_open:
            raise EncounterNotOpen
        asked = [caution for caution in unresolved(encounter=encounter, now=now) if caution.mark in reasons]
        return [record(encounter, caution, reasons[caution.mark], actor, now) for caution in asked]


def record(
    encounter: Encounter, caution: Caution, reason: tuple[str, str], actor: User, now: datetime
) -> PrescriptionCheck:
    code, words = reason
    if code not in Override.values or (code == Override.OTHER and not words.strip()):
        raise ReasonMissing
    return PrescriptionCheck.objects.create(
        encounter=encounter,
        rule=caution.rule,
        medicine=caution.medicine,
        subject=caution.subject,
        message=caution.message,
        override_code=code,
        override_reason=words.strip()[:300],
        actor=actor,
        happened_at=now,
        recorded_at=now,
    )


def require_resolved(encounter: Encounter, now: datetime) -> None:
    """Call it with the patient locked: an allergy that was recorded a moment before counts."""
    waiting = unresolved(encounter=encounter, now=now)
    if waiting:
        raise NotReadyToSign(" ".join(warned(waiting)))


def warned(waiting: Iterable[Caution]) -> list[str]:
    words = [_("Look at the warnings of the prescription first.")]
    return words + [caution.message for caution in waiting]


def number_prescriptions(encounter: Encounter) -> None:
    """Give each of the visit's prescriptions what is printed on it; call it while the visit is still open."""
    waiting: QuerySet[Prescription] = encounter.prescriptions.filter(number__isnull=True)
    for prescription in waiting:
        number(prescription)


def number(prescription: Prescription) -> None:
    """Both are random, so that nobody guesses either; another one when the number is taken."""
    for _attempt in range(TRIES):
        prescription.number = get_random_string(NUMBER_LENGTH, PLAIN)
        prescription.verification_code = get_random_string(CODE_LENGTH, PLAIN)
        try:
            with transaction.atomic():
                prescription.save(update_fields=["number", "verification_code"])
        except IntegrityError:
            continue
        return
    raise Busy
