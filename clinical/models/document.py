"""Letters, scans and pictures: kept outside the web root under a name that says nothing."""

import secrets
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Patient
from accounts.triggers import AuditRows, ImmutableWhen
from clinical.models.closing import ClosingModel, ClosingQuerySet
from clinical.models.patient_rows import ENTERED_IN_ERROR, PatientRow, PatientRowQuerySet

KEPT = Q(status__in=["current", ENTERED_IN_ERROR])


def random_name(document: Any, filename: str) -> str:
    """Two letters of folder, so that no folder holds them all; nothing of the name that was uploaded."""
    name = secrets.token_hex(20)
    return f"documents/{name[:2]}/{name}"


class DocumentQuerySet(ClosingQuerySet, PatientRowQuerySet):
    closed_when = KEPT
    still_open = frozenset({"status", "status_reason", "released_at"})

    def released(self) -> Q:
        return Q(status="current", released_at__lte=timezone.now())

    def for_chart(self, patient: Patient) -> Self:
        return self.filter(patient=patient).select_related("recorded_by").order_by("-happened_at", "-pk")


class Document(ClosingModel, PatientRow):
    class Status(models.TextChoices):
        """FHIR R4 document reference status."""

        CURRENT = "current", _("Filed")
        ENTERED_IN_ERROR = ENTERED_IN_ERROR, _("Entered in error")

    class Kind(models.TextChoices):
        LETTER = "letter", _("Letter")
        REPORT = "report", _("Report")
        IMAGE = "image", _("Picture")
        CONSENT = "consent", _("Consent")
        OTHER = "other", _("Other")

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.LETTER)
    file = models.FileField(_("file"), upload_to=random_name, max_length=80)
    content_type = models.CharField(_("content type"), max_length=40)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    happened_at = models.DateTimeField(_("dated"), default=timezone.now)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.CURRENT)
    status_reason = models.CharField(_("reason of the status"), max_length=200, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index(name="document_patient", fields=["patient", "-happened_at"])]
        constraints = [
            ImmutableWhen(
                name="a_document_stays",
                undone=True,
                condition=KEPT,
                allow={"status": [("current", ENTERED_IN_ERROR)]},
                once=["released_at"],
                free=["status_reason"],
                moved=["patient"],
            ),
            AuditRows(name="documents_are_audited", patient="patient"),
        ]
