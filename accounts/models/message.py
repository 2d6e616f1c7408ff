"""The outbox: what is to be told to whom, without a word about health."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import PublicModel


class MessageQuerySet(VisibleQuerySet):
    def due(self, now: object) -> Self:
        """Waiting messages whose time has come, and those whose sender died holding them."""
        waiting = Q(status=Message.Status.QUEUED, next_attempt_at__lte=now)
        abandoned = Q(status=Message.Status.SENDING, lease_until__lte=now)
        return self.filter(waiting | abandoned).order_by("next_attempt_at", "pk")

    def failed(self) -> Self:
        return self.filter(status=Message.Status.DEAD)


class Message(PublicModel):
    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("No longer needed")
        DEAD = "dead", _("Failed")

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="messages",
        verbose_name=_("recipient"),
    )
    address = models.EmailField(_("e-mail address"), blank=True)
    target_model = models.CharField(_("about"), max_length=80, blank=True)
    target_id = models.BigIntegerField(_("row"), null=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    lease_until = models.DateTimeField(_("held until"), null=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                name="message_due", fields=["next_attempt_at"], condition=Q(status__in=["queued", "sending"])
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="a_message_has_someone_to_go_to", condition=Q(recipient__isnull=False) | ~Q(address="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
