"""What was prescribed; the dose may be missing in loaded history only."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.access import relationships
from accounts.models import Patient
from accounts.models.base import PublicModel
from accounts.models.merging import MOVE
from accounts.roles import Reach
from accounts.triggers import AuditRows, ImmutableWhen
from clinical.medicines.pieces import counted, is_counted
from clinical.models.closing import ClosingModel
from clinical.models.diagnosis import EncounterChildQuerySet
from clinical.models.encounter import OVER, EncounterStatus

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
# Days; what another system wrote may be beyond any calendar.
LONGEST_COURSE = 36_500


class Prescription(ClosingModel, PublicModel):
    encounter = models.ForeignKey(
        "clinical.Encounter",
        on_delete=models.PROTECT,
        related_name="prescriptions",
        verbose_name=_("encounter"),
    )
    patient = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="prescriptions", verbose_name=_("patient")
    )
    prescriber = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, related_name="+", verbose_name=_("prescriber")
    )
    # Given when the visit's record is signed; what another system wrote has none of ours.
    number = models.CharField(_("number"), max_length=12, null=True, unique=True, editable=False)  # noqa: DJ001
    verification_code = models.CharField(  # noqa: DJ001
        _("verification code"), max_length=12, null=True, editable=False
    )
    happened_at = models.DateTimeField(_("prescribed at"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = EncounterChildQuerySet.as_manager()
    merge_rules = {"patient": MOVE}

    class Meta:
        verbose_name = _("prescription")
        verbose_name_plural = _("prescriptions")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            ImmutableWhen(
                name="a_finished_encounter_keeps_its_prescriptions",
                undone=True,
                condition=Q(status__in=OVER),
                through="encounter",
                moved=["patient"],
                guard_insert=True,
            ),
            models.CheckConstraint(
                name="a_printed_number_has_its_code",
                condition=Q(number__isnull=True, verification_code__isnull=True)
                | Q(number__isnull=False, verification_code__isnull=False),
            ),
            AuditRows(name="prescriptions_are_audited", patient="patient"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class PrescriptionItemQuerySet(EncounterChildQuerySet):
    patient_path = "prescription__patient"
    doctor_path = "prescription__encounter__doctor__user"
    encounter_path = "prescription__encounter"
    closed_when = Q(prescription__encounter__status__in=OVER)
    still_open = frozenset({"status", "status_code", "status_reason", "stopped_at"})

    def within(self, how_far: Reach, user: Any) -> Q:
        """Whoever has an own encounter with the patient acts on all the patient's medicines."""
        if how_far is Reach.MINE:
            patients = Patient.objects.filter(relationships.patients(Reach.MINE, user))
            return Q(prescription__patient__in=patients.values("pk"))
        return super().within(how_far, user)

    def released(self) -> Q:
        """Mistakes are hidden from patients."""
        return super().released() & ~Q(status=PrescriptionItem.Status.ENTERED_IN_ERROR)

    def prescribed(self) -> Self:
        """Those of finished visits: what stands in an unsigned draft is not prescribed yet."""
        return self.filter(prescription__encounter__status=EncounterStatus.FINISHED)

    def current(self) -> Self:
        return self.filter(status__in=[PrescriptionItem.Status.ACTIVE, PrescriptionItem.Status.ON_HOLD])

    def for_chart(self, patient: object) -> "PrescriptionItemQuerySet":
        """What the patient takes now, newest first."""
        return self.of_patient(patient).filter(status=PrescriptionItem.Status.ACTIVE)

    def of_patient(self, patient: object) -> Self:
        """What was ever prescribed, newest first, with what a row shows."""
        rows = self.prescribed().filter(prescription__patient=patient)
        return rows.select_related("prescription__prescriber").order_by("-prescription__happened_at", "-pk")

    def numbered(self) -> Self:
        """With the place of each in its prescription, by which addresses name it."""
        above = PrescriptionItem.objects.filter(prescription=OuterRef("prescription"), pk__lte=OuterRef("pk"))
        counted = above.order_by().values("prescription").annotate(count=Count("pk")).values("count")
        return self.annotate(number=Subquery(counted))

    def current_first(self) -> Self:
        """Active, on hold, then what has ended, each newest first; `rank` is 0, 1, 2."""
        ranks = [
            When(status=PrescriptionItem.Status.ACTIVE, then=0),
            When(status=PrescriptionItem.Status.ON_HOLD, then=1),
        ]
        rows = self.annotate(rank=Case(*ranks, default=2, output_field=IntegerField()))
        return rows.order_by("rank", "-prescription__happened_at", "-pk")

    def kept_for(self, user: Any) -> Self:
        """What a patient's own list shows: of those for whom the account may act, whatever its role."""
        return self.filter(self.held_by(user))

    def of_parents(self, rows: list[Any]) -> Q:
        return Q(prescriptions__in={row.prescription_id for row in rows})


class PrescriptionItem(ClosingModel):
    class Status(models.TextChoices):
        """FHIR R4 medication request status."""

        ACTIVE = "active", _("Active")
        ON_HOLD = "on-hold", _("On hold")
        COMPLETED = "completed", _("Completed")
        STOPPED = "stopped", _("Stopped")
        CANCELLED = "cancelled", _("Cancelled")
        ENTERED_IN_ERROR = "entered-in-error", _("Entered in error")

    class Frequency(models.TextChoices):
        """FHIR R4 timing abbreviation."""

        DAILY = "QD", _("once a day")
        TWICE = "BID", _("twice a day")
        THREE = "TID", _("three times a day")
        FOUR = "QID", _("four times a day")
        MORNING = "AM", _("every morning")
        EVENING = "PM", _("every evening")
        BED = "BED", _("at bedtime")
        OTHER_DAY = "QOD", _("every other day")
        FOUR_HOURLY = "Q4H", _("every 4 hours")
        SIX_HOURLY = "Q6H", _("every 6 hours")
        EIGHT_HOURLY = "Q8H", _("every 8 hours")
        WEEKLY = "WK", _("once a week")
        MONTHLY = "MO", _("once a month")

    class StopReason(models.TextChoices):
        """HL7 medication request status reason, those that end a medicine here; another one needs words."""

        ALLERGY = "salg", _("Allergy")
        INTOLERANCE = "sintol", _("Side effect")
        ANOTHER_TREATMENT = "altchoice", _("Another treatment instead")
        DUPLICATE = "sdupther", _("Another medicine does the same")
        LEVEL_TOO_HIGH = "drughigh", _("Too much of it in the blood")
        PREGNANCY = "preg", _("Pregnancy or breast-feeding")
        SURGERY = "surg", _("An operation")
        OTHER = "other", _("Another reason")

    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="items", verbose_name=_("prescription")
    )
    system = models.CharField(_("code system"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    medicine = models.CharField(_("medicine"), max_length=300)
    form = models.CharField(_("form"), max_length=60, blank=True)
    strength = models.CharField(_("strength"), max_length=60, blank=True)
    dose_quantity = models.DecimalField(
        _("dose"), max_digits=10, decimal_places=3, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    dose_unit = models.CharField(_("unit of the dose"), max_length=40, blank=True)
    route = models.CharField(_("route"), max_length=60, blank=True)
    frequency_code = models.CharField(
        _("how often, as a code"), max_length=4, choices=Frequency.choices, blank=True
    )
    frequency = models.CharField(_("how often"), max_length=100, blank=True)
    as_needed = models.BooleanField(_("only when needed"), default=False)
    as_needed_for = models.CharField(_("when needed for"), max_length=100, blank=True)
    max_dose = models.CharField(_("at most"), max_length=100, blank=True)
    start_on = models.DateField(_("from"), null=True, blank=True)
    duration_days = models.PositiveSmallIntegerField(_("for so many days"), null=True, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    refills = models.PositiveSmallIntegerField(_("refills"), default=0)
    is_substitutable = models.BooleanField(_("another maker's product will do"), default=True)
    indication = models.CharField(_("what for"), max_length=200, blank=True)
    instructions = models.CharField(_("instructions"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.ACTIVE)
    status_code = models.CharField(_("reason"), max_length=10, choices=StopReason.choices, blank=True)
    status_reason = models.CharField(_("reason in words"), max_length=200, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    objects = PrescriptionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("prescribed medicine")
        verbose_name_plural = _("prescribed medicines")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="a_dose_is_more_than_nothing",
                condition=Q(dose_quantity__isnull=True) | Q(dose_quantity__gt=0),
            ),
            models.CheckConstraint(
                name="a_dose_has_a_unit",
                condition=Q(dose_quantity__isnull=True) | ~Q(dose_unit=""),
                violation_error_message=_("Give the unit of the dose."),
            ),
            ImmutableWhen(
                name="a_finished_encounter_keeps_its_medicines",
                undone=True,
                condition=Q(status__in=OVER),
                through="prescription__encounter",
                guard_insert=True,
                free=["status", "status_code", "status_reason", "stopped_at"],
            ),
            AuditRows(name="medicines_are_audited", patient="prescription__patient"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"

    @property
    def directions(self) -> str:
        """How to take it, in words; whatever was left open is left out."""
        parts = [
            self.dose,
            self.route,
            self.frequency or self.get_frequency_code_display(),
            self.when_needed,
            _("at most %(most)s") % {"most": self.max_dose} if self.max_dose else "",
            _("from %(day)s") % {"day": date_format(self.start_on, "j F Y")} if self.start_on else "",
            self.course,
        ]
        return ", ".join(str(part) for part in parts if part)

    @property
    def dose(self) -> str:
        """0.5 mg: no zeros at the end, and never a number without its unit."""
        if self.dose_quantity is None:
            return ""
        return counted(Decimal(self.dose_quantity), self.dose_unit)

    @property
    def amount(self) -> str:
        """How much is handed out, with its unit where there is one."""
        if not self.quantity:
            return ""
        if is_counted(self.dose_unit):
            return counted(self.quantity, self.dose_unit)
        return f"{self.quantity} ({self.form})" if self.form else str(self.quantity)

    @property
    def when_needed(self) -> str:
        if not self.as_needed:
            return ""
        if not self.as_needed_for:
            return str(_("only when needed"))
        return _("only when needed for %(what)s") % {"what": self.as_needed_for}

    @property
    def course(self) -> str:
        if not self.duration_days:
            return ""
        days = {"days": self.duration_days}
        return ngettext("for %(days)d day", "for %(days)d days", self.duration_days) % days

    @property
    def product(self) -> str:
        return ", ".join(part for part in (self.medicine, self.strength, self.form) if part)

    @property
    def is_current(self) -> bool:
        return self.status in (self.Status.ACTIVE, self.Status.ON_HOLD)

    def last_day(self) -> date | None:
        """The last day of the course with all refills, None when it goes on; needs the prescription loaded."""
        if not self.duration_days:
            return None
        first = self.start_on or timezone.localdate(self.prescription.happened_at)
        days = self.duration_days * (1 + self.refills)
        return first + timedelta(days=min(days, LONGEST_COURSE) - 1)
