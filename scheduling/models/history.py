"""The whole history of a visit: one row for every change, never changed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.roles import Reach
from accounts.triggers import AppendOnly


class AppointmentEventQuerySet(VisibleQuerySet):
    permission = "scheduling.view_appointment"

    def within(self, how_far: Reach, user: Any) -> Q:
        appointments = AppointmentEvent._meta.get_field("appointment").related_model
        return Q(appointment__in=appointments.objects.visible_to(user).values("pk"))


class AppointmentEvent(models.Model):
    appointment = models.ForeignKey(
        "scheduling.Appointment",
        on_delete=models.PROTECT,
        related_name="events",
        verbose_name=_("appointment"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    happened_at = models.DateTimeField(_("happened at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    from_status = models.CharField(_("from"), max_length=16, blank=True)
    to_status = models.CharField(_("to"), max_length=16)
    old_start_at = models.DateTimeField(_("old time"), null=True)
    new_start_at = models.DateTimeField(_("new time"), null=True)
    old_doctor = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("old doctor")
    )
    new_doctor = models.ForeignKey(
        "accounts.Doctor", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("new doctor")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = AppointmentEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of an appointment")
        verbose_name_plural = _("changes of appointments")
        ordering = ["pk"]
        constraints = [AppendOnly(name="appointment_events_are_append_only", undone_with="appointment")]

    def __str__(self) -> str:
        return f"{self.from_status or '–'} → {self.to_status}"
