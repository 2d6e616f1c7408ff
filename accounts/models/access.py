"""Which account may act for which patient: grants that are facts of their own."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import PublicModel
from accounts.triggers import AuditRows


class PatientAccessQuerySet(VisibleQuerySet):
    def open_at(self, now: datetime) -> Self:
        lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
        return self.filter(lasting, starts_at__lte=now)

    def open_to(self, user: Any, scope: str = "") -> Self:
        """Grants that hold at this moment, for this scope if one is named."""
        rows = self.open_at(timezone.now()).filter(user=user.pk)
        return rows.with_scope(scope) if scope else rows

    def with_scope(self, scope: str) -> Self:
        """Read as text, because SQLite cannot ask JSON whether it contains a value."""
        return self.alias(written=Cast("scopes", models.TextField())).filter(written__contains=f'"{scope}"')

    def self_of(self, user: Any) -> Self:
        return self.open_to(user).filter(kind=PatientAccess.Kind.SELF)


def every_scope() -> list[str]:
    return ["appointments", "records"]


class PatientAccess(PublicModel):
    class Kind(models.TextChoices):
        SELF = "self", _("The patient")
        PROXY = "proxy", _("Acts for the patient")
        BREAK_GLASS = "break-glass", _("Emergency access")

    patient = models.ForeignKey(
        "accounts.Patient", on_delete=models.PROTECT, related_name="accesses", verbose_name=_("patient")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accesses", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    scopes = models.JSONField(_("scopes"), default=every_scope)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("granted by"),
    )

    objects = PatientAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access to a patient")
        verbose_name_plural = _("access to patients")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                name="an_access_ends_after_it_starts",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
            ),
            models.UniqueConstraint(
                name="an_account_is_one_patient",
                fields=["user"],
                condition=Q(kind="self", ends_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="a_patient_has_one_own_account",
                fields=["patient"],
                condition=Q(kind="self", ends_at__isnull=True),
            ),
            AuditRows(name="patient_access_is_audited", patient="patient"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.public_id}"
