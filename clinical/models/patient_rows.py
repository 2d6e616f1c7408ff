"""What all rows of a patient's chart have in common, whether or not they hang on a visit."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import relationships
from accounts.models.base import PublicModel
from accounts.models.merging import MOVE
from accounts.roles import Reach
from clinical.models.encounter import ClinicalQuerySet, EncounterStatus

ENTERED_IN_ERROR = "entered-in-error"


class PatientRowQuerySet(ClinicalQuerySet):
    """Rows of the chart: whoever has an own encounter with the patient writes in all of them."""

    doctor_path = "recorded_by"

    def within(self, how_far: Reach, user: Any) -> Q:
        if how_far is Reach.MINE:
            return relationships.rows(Reach.MINE, user, "patient")
        return super().within(how_far, user)

    def released(self) -> Q:
        """What is no mistake, and does not hang on a visit that is still being written."""
        is_over = Q(encounter__isnull=True) | Q(encounter__status=EncounterStatus.FINISHED)
        return is_over & ~self.in_error

    @property
    def in_error(self) -> Q:
        return Q(**{self.model.error_field: ENTERED_IN_ERROR})

    def valid(self) -> Self:
        return self.exclude(self.in_error)

    def kept_for(self, user: Any) -> Self:
        """What a patient's own list shows: of those for whom the account may act, whatever its role."""
        return self.filter(self.held_by(user))


class PatientRow(PublicModel):
    """Two times in every row: when it happened, which each model names, and when it was entered.

    `error_field` is the status that says when the row is a mistake; its reason stands in `status_reason`.
    """

    error_field = "status"
    merge_rules = {"patient": MOVE}

    patient = models.ForeignKey("accounts.Patient", on_delete=models.PROTECT, verbose_name=_("patient"))
    encounter = models.ForeignKey(
        "clinical.Encounter", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("encounter")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_in_error(self) -> bool:
        return getattr(self, self.error_field) == ENTERED_IN_ERROR

    def why_it_stays(self) -> str:
        """Why the row cannot be struck through, in words; empty when it can."""
        return ""
