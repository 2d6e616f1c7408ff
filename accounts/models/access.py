"""Which account may act for which patient: grants that are facts of their own."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import PublicModel
from accounts.models.merging import CLOSE, Change
from accounts.triggers import AuditRows


class PatientAccessQuerySet(VisibleQuerySet):
    def open_at(self, now: datetime) -> Self:
        lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
        return self.filter(lasting, starts_at__lte=now)

    def open_to(self, user: Any, scope: str = "") -> Self:
        """Grants that hold at this moment, for this scope if one is named; none for whoever looks on as a patient."""
        if getattr(user, "seen_role", ""):
            return self.none()
        now = timezone.now()
        rows = self.open_at(now).of_the_living(now).filter(user=user.pk)
        return rows.with_scope(scope) if scope else rows

    def of_the_living(self, now: datetime) -> Self:
        """What a person may read as themselves or for another ends with that person's death."""
        as_patient = Q(kind__in=[PatientAccess.Kind.SELF, PatientAccess.Kind.PROXY])
        return self.exclude(as_patient, patient__deceased_at__lte=now)

    def with_scope(self, scope: str) -> Self:
        """Read as text, because SQLite cannot ask JSON whether it contains a value."""
        return self.alias(written=Cast("scopes", models.TextField())).filter(written__contains=f'"{scope}"')

    def self_of(self, user: Any) -> Self:
        """The grant that makes the account a patient, whatever it still opens."""
        return self.open_at(timezone.now()).filter(user=user.pk, kind=PatientAccess.Kind.SELF)

    def lost_to_merge(self, user: Any) -> Self:
        """Grants that made the account a patient whose file was then merged into another."""
        own = self.filter(user=user.pk, kind=PatientAccess.Kind.SELF)
        return own.filter(patient__merged_into__isnull=False)


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
    merge_rules = {"patient": CLOSE}

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

    @classmethod
    def merge_changes(cls, *, survivor: Any, loser: Any, now: datetime) -> list[Change]:
        """Every link to the loser that holds, or will, ends; who opened it in an emergency is not asked again."""
        lasting = cls.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), patient=loser)
        links = lasting.exclude(kind=cls.Kind.BREAK_GLASS).select_related("user").order_by("pk")
        return [link.closed(now) for link in links]

    def closed(self, now: datetime) -> Change:
        """A link that has not begun yet ends as it begins: an end never lies before the start."""
        ends_at = max(now, self.starts_at + timedelta(microseconds=1))
        return Change(self.pk, {"ends_at": ends_at}, f"{self.user.email} ({self.get_kind_display()})")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.public_id}"
