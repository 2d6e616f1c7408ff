"""Shapes that many models share."""

import uuid
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.errors import StaleVersion


class PublicModel(models.Model):
    """Known outside the house by a random id only: never by its counter."""

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class VersionedModel(models.Model):
    """A row that people edit: who saves a form of an older version is told, and nothing is lost."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True

    def claim_version(self, expected: int) -> None:
        """Raise the version by one, or raise StaleVersion when it is no longer the expected one."""
        row = type(self)._base_manager.filter(pk=self.pk, version=expected)
        if row.update(version=expected + 1) != 1:
            raise StaleVersion
        self.version = expected + 1


class ArchivableQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Rows that have not been put away."""
        return self.filter(archived_at__isnull=True)


class ArchivableModel(models.Model):
    """Put away instead of deleted, when history hangs on it."""

    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_archived(self) -> Any:
        return self.archived_at is not None
