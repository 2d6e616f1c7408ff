"""What a note starts with, by type of visit; kept in the back office."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import PublicModel, VersionedModel
from accounts.triggers import AuditRows
from clinical.models.record import MedicalRecord


class NoteTemplateQuerySet(VisibleQuerySet):
    def for_visit(self, type_id: int | None) -> Self:
        """Those of this type of visit first, then those for every type."""
        fits = models.Q(appointment_type__isnull=True) | models.Q(appointment_type=type_id)
        return self.filter(fits, is_active=True).order_by(
            models.F("appointment_type").asc(nulls_last=True), "name"
        )


class NoteTemplate(PublicModel, VersionedModel):
    name = models.CharField(_("name"), max_length=100, unique=True)
    appointment_type = models.ForeignKey(
        "scheduling.AppointmentType",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("type of visit"),
        help_text=_("Empty: offered for every type"),
    )
    is_active = models.BooleanField(_("offered"), default=True)
    complaint = models.TextField(_("Complaint"), blank=True)
    history = models.TextField(_("History"), blank=True)
    examination = models.TextField(_("Examination"), blank=True)
    assessment = models.TextField(_("Assessment"), blank=True)
    plan = models.TextField(_("Plan"), blank=True)
    notes = models.TextField(_("Notes"), blank=True)

    objects = NoteTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("note template")
        verbose_name_plural = _("note templates")
        ordering = ["name"]
        constraints = [AuditRows(name="note_templates_are_audited")]

    def __str__(self) -> str:
        return self.name

    @property
    def sections(self) -> dict[str, str]:
        """What the note starts with, by the name of the section."""
        return {name: getattr(self, name) for name in MedicalRecord.SECTIONS if getattr(self, name)}
