"""The places where people are seen; wall-clock rules follow the place's time zone."""

import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import ArchivableModel, ArchivableQuerySet, PublicModel, VersionedModel
from accounts.triggers import AuditRows


class LocationQuerySet(ArchivableQuerySet, VisibleQuerySet):
    pass


def hospital_time_zone() -> str:
    return settings.HOSPITAL_TIME_ZONE


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Enter a time zone by its IANA name, like Europe/London."))


class Location(PublicModel, VersionedModel, ArchivableModel):
    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(_("town or city"), max_length=100, blank=True)
    state = models.CharField(_("state or region"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=hospital_time_zone, validators=[check_time_zone]
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["name"]
        constraints = [AuditRows(name="locations_are_audited")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)
