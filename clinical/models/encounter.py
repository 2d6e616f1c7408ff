"""The visit as it happened."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import NOTHING, VisibleQuerySet, relationships
from accounts.models import Patient, PatientAccess
from accounts.models.base import PublicModel, VersionedModel
from accounts.models.merging import MOVE
from accounts.roles import Reach, reach
from accounts.triggers import AuditRows, ImmutableWhen
from clinical.models.closing import ClosingModel, ClosingQuerySet


class ClinicalQuerySet(VisibleQuerySet):
    """Rows of the clinical record: reading its text is a permission of its own.

    Administrators hold `view_…` with the reach METADATA and see rows by `metadata_for` only.
    """

    permission = "clinical.read_record"
    patient_path = "patient"
    doctor_path = "doctor__user"

    def within(self, how_far: Reach, user: Any) -> Q:
        mine = Q(**{self.doctor_path: user})
        if how_far is Reach.MINE:
            return mine
        if how_far is Reach.OWN:
            return self.held_by(user)
        if how_far in (Reach.TREATING, Reach.PRESENT):
            read = reach(user, "clinical.read_record")
            opened = relationships.rows(read, user, self.patient_path) if read else NOTHING
            return mine | self.held_by(user) | opened
        return super().within(how_far, user)

    def held_by(self, user: Any) -> Q:
        """What the account may read as a patient, or for one, whatever its role."""
        patients = PatientAccess.objects.open_to(user, "records").values("patient")
        return self.released() & Q(**{f"{self.patient_path}__in": patients})

    def released(self) -> Q:
        """What of it the patient may read."""
        raise NotImplementedError(type(self))

    def metadata_for(self, user: Any) -> Self:
        """Every row, for pages that show who, when and status but no clinical text."""
        permission = f"clinical.view_{self.model._meta.model_name}"
        return self.all() if user.has_perm(permission) else self.none()


class EncounterStatus(models.TextChoices):
    """FHIR R4 encounter status."""

    PLANNED = "planned", _("Planned")
    IN_PROGRESS = "in-progress", _("In progress")
    FINISHED = "finished", _("Finished")
    CANCELLED = "cancelled", _("Cancelled")
    ENTERED_IN_ERROR = "entered-in-error", _("Entered in error")


# A visit that is over stays closed when it is struck out.
OVER = ["finished", "entered-in-error"]


class EncounterQuerySet(ClosingQuerySet, ClinicalQuerySet):
    closed_when = Q(status__in=OVER)
    still_open = frozenset({"status"})

    def released(self) -> Q:
        return Q(status=EncounterStatus.FINISHED)

    def in_progress(self) -> Self:
        """Begun and not signed yet, the oldest first."""
        return self.filter(status=EncounterStatus.IN_PROGRESS).order_by("started_at", "pk")

    def for_chart(self, patient: Patient) -> Self:
        """The patient's visits, newest first, with what a row shows."""
        shown = self.filter(patient=patient).exclude(status=EncounterStatus.ENTERED_IN_ERROR)
        return shown.select_related("doctor", "department", "location").order_by("-started_at", "-pk")


class Encounter(ClosingModel, PublicModel, VersionedModel):
    class Class(models.TextChoices):
        """HL7 v3 ActEncounterCode."""

        AMBULATORY = "AMB", _("Outpatient")
        EMERGENCY = "EMER", _("Emergency")
        INPATIENT = "IMP", _("Inpatient")
        HOME = "HH", _("At home")
        VIRTUAL = "VR", _("By video or phone")

    patient = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="encounters", verbose_name=_("patient")
    )
    doctor = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, related_name="encounters", verbose_name=_("doctor")
    )
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="+", verbose_name=_("department")
    )
    location = models.ForeignKey(
        "accounts.Location", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("location")
    )
    appointment = models.OneToOneField(
        "scheduling.Appointment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="encounter",
        verbose_name=_("appointment"),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=EncounterStatus.choices, default=EncounterStatus.IN_PROGRESS
    )
    class_code = models.CharField(_("class"), max_length=4, choices=Class.choices, default=Class.AMBULATORY)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = EncounterQuerySet.as_manager()
    merge_rules = {"patient": MOVE}

    class Meta:
        verbose_name = _("encounter")
        verbose_name_plural = _("encounters")
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(name="encounter_patient", fields=["patient", "-started_at"]),
            models.Index(name="encounter_doctor", fields=["doctor", "-started_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="an_encounter_status_is_known", condition=Q(status__in=EncounterStatus.values)
            ),
            models.CheckConstraint(
                name="an_encounter_ends_after_it_starts",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
            ),
            models.CheckConstraint(
                name="a_finished_encounter_has_ended",
                condition=~Q(status="finished") | Q(ended_at__isnull=False),
            ),
            ImmutableWhen(
                name="a_finished_encounter_stays",
                undone=True,
                condition=Q(status__in=OVER),
                allow={"status": [("finished", "entered-in-error")]},
                free=["version"],
                moved=["patient"],
            ),
            AuditRows(name="encounters_are_audited", patient="patient"),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d} {self.public_id}"

    @property
    def is_open(self) -> bool:
        return self.status == EncounterStatus.IN_PROGRESS

    def has_content(self) -> bool:
        """Whether anything hangs on the visit; one query each until something is found."""
        children = (
            self.records,
            self.diagnoses,
            self.prescriptions,
            self.condition_set,
            self.allergy_set,
            self.vitalsign_set,
            self.labresult_set,
            self.immunization_set,
        )
        return any(rows.exists() for rows in children)
