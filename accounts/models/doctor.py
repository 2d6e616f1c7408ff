"""Those who see patients; an account comes with the invitation."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import ArchivableModel, ArchivableQuerySet, PublicModel, VersionedModel
from accounts.models.patient import Gender
from accounts.names import search_key
from accounts.triggers import AuditRows


class DoctorQuerySet(ArchivableQuerySet, VisibleQuerySet):
    def listed(self) -> Self:
        """Those whom patients may find, with what a card shows."""
        return self.current().select_related("department", "location")

    def matching(self, words: str) -> Self:
        found = self
        for word in search_key(words).split():
            found = found.filter(search_name__contains=word)
        return found


class Doctor(PublicModel, VersionedModel, ArchivableModel):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("account"),
    )
    title = models.CharField(_("title"), max_length=20, blank=True, default="Dr")
    given_name = models.CharField(_("given name"), max_length=100)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    gender = models.CharField(_("sex"), max_length=8, choices=Gender.choices, default=Gender.UNKNOWN)
    specialty = models.CharField(_("specialty"), max_length=100)
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="doctors", verbose_name=_("department")
    )
    location = models.ForeignKey(
        "accounts.Location",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="doctors",
        verbose_name=_("location"),
    )
    licence_number = models.CharField(_("licence number"), max_length=40, blank=True)
    languages = models.CharField(_("languages spoken"), max_length=200, blank=True)
    biography = models.TextField(_("biography"), blank=True)
    search_name = models.CharField(max_length=250, editable=False, db_index=True)

    objects = DoctorQuerySet.as_manager()

    class Meta:
        verbose_name = _("doctor")
        verbose_name_plural = _("doctors")
        ordering = ["family_name", "given_name", "pk"]
        constraints = [AuditRows(name="doctor_rows_are_audited")]

    def __str__(self) -> str:
        return f"{self.title} {self.given_name} {self.family_name}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_name = search_key(self.given_name, self.family_name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("scheduling:doctor-detail", args=[self.public_id])
