"""The departments, as a tree."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import ArchivableModel, ArchivableQuerySet, PublicModel, VersionedModel
from accounts.triggers import AuditRows


class DepartmentQuerySet(ArchivableQuerySet, VisibleQuerySet):
    def below(self, root_id: int | None) -> set[int]:
        """The ids of a department and everything under it; one query, whatever the depth."""
        found = {root_id} - {None}
        pairs = list(self.values_list("pk", "parent_id"))
        while grown := {pk for pk, parent in pairs if parent in found} - found:
            found |= grown
        return found

    def for_home(self) -> Self:
        return self.current().filter(parent__isnull=True)


class Department(PublicModel, VersionedModel, ArchivableModel):
    name = models.CharField(_("name"), max_length=100, unique=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    description = models.TextField(_("description"), blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]
        constraints = [AuditRows(name="departments_are_audited")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.pk and self.parent_id in Department.objects.below(self.pk):
            raise ValidationError({"parent": _("A department cannot be part of itself.")})
