"""What a patient asks to have changed on the file, one row a field, until the desk has looked at it."""

from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import PhoneNumber

from accounts.access import VisibleQuerySet
from accounts.models.access import PatientAccess
from accounts.models.base import PublicModel
from accounts.models.merging import RESOLVE, Change
from accounts.models.patient import Gender, Patient
from accounts.roles import Reach
from accounts.triggers import AuditRows, ImmutableWhen

LONGEST = 254
DECIDED = ["completed", "rejected"]


def as_text(name: str, value: Any) -> str:
    """The value of a patient's field as a request keeps it: a day and a phone number in the form of the database."""
    prepared = Patient._meta.get_field(name).get_prep_value(value)
    return "" if prepared is None else str(prepared)


def as_value(name: str, text: str) -> Any:
    field = Patient._meta.get_field(name)
    if not text:
        return None if field.null else ""
    return field.to_python(text)


def as_shown(name: str, text: str) -> str:
    """As people write it; empty for nothing."""
    value = as_value(name, text)
    if isinstance(value, date):
        return date_format(value, "j F Y")
    if isinstance(value, PhoneNumber):
        return str(value.as_international) if value.is_valid() else text
    return str(dict(Gender.choices).get(text, text)) if name == "gender" else text


class DetailsChangeQuerySet(VisibleQuerySet):
    def within(self, how_far: Reach, user: Any) -> Q:
        if how_far is Reach.OWN:
            return Q(patient__in=PatientAccess.objects.open_to(user).values("patient"))
        return super().within(how_far, user)

    def open(self) -> Self:
        """Nobody has decided yet; in the order in which they were asked for."""
        return self.filter(status=DetailsChange.Status.REQUESTED).order_by("happened_at", "pk")

    def decided(self) -> Self:
        return self.filter(status__in=DECIDED).order_by("-decided_at", "-pk")


class DetailsChange(PublicModel):
    class Field(models.TextChoices):
        """Named as on the patient."""

        GIVEN_NAME = "given_name", _("Given name")
        FAMILY_NAME = "family_name", _("Family name")
        BIRTH_DATE = "birth_date", _("Date of birth")
        GENDER = "gender", _("Sex")
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail address")
        ADDRESS = "address", _("Address")
        CITY = "city", _("Town or city")
        STATE = "state", _("State or region")
        POSTAL_CODE = "postal_code", _("Postal code")

    class Status(models.TextChoices):
        """FHIR R4 task status; a newer wish for the same field, or taking it back, cancels."""

        REQUESTED = "requested", _("Waits for an answer")
        COMPLETED = "completed", _("Changed")
        REJECTED = "rejected", _("Not changed")
        CANCELLED = "cancelled", _("Replaced or taken back")

    patient = models.ForeignKey(
        "accounts.Patient",
        on_delete=models.PROTECT,
        related_name="details_changes",
        verbose_name=_("patient"),
    )
    field = models.CharField(_("detail"), max_length=11, choices=Field.choices)
    old = models.CharField(_("as the patient saw it"), max_length=LONGEST, blank=True)
    wanted = models.CharField(_("as it should be"), max_length=LONGEST, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    happened_at = models.DateTimeField(_("asked at"), default=timezone.now)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    status = models.CharField(_("state"), max_length=9, choices=Status.choices, default=Status.REQUESTED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = DetailsChangeQuerySet.as_manager()
    merge_rules = {"patient": RESOLVE}

    class Meta:
        verbose_name = _("change of details")
        verbose_name_plural = _("changes of details")
        # What waits comes first: its stored value is the last in the alphabet.
        ordering = ["-status", "-happened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="a_detail_has_one_open_wish",
                fields=["patient", "field"],
                condition=Q(status="requested"),
            ),
            models.CheckConstraint(
                name="a_decided_wish_has_who_and_when",
                condition=~Q(status__in=DECIDED) | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_refused_wish_has_a_reason", condition=~Q(status="rejected") | ~Q(reason="")
            ),
            ImmutableWhen(
                name="a_wish_stays_as_it_was_asked",
                condition=Q(id__isnull=False),
                free=["status", "decided_by", "decided_at", "reason"],
                moved=["patient"],
            ),
            ImmutableWhen(name="a_decided_wish_stays", condition=Q(status__in=DECIDED), moved=["patient"]),
            ImmutableWhen(
                name="a_replaced_wish_stays",
                condition=Q(status="cancelled"),
                moved=["patient", "status", "decided_at"],
            ),
            AuditRows(name="changes_of_details_are_audited", patient="patient"),
        ]

    @classmethod
    def merge_changes(cls, *, survivor: Any, loser: Any, now: datetime) -> list[Change]:
        """Of two open wishes for one field the newer waits on; the others follow to the survivor as they are."""
        newest = {row.field: row for row in cls.objects.open().filter(patient__in=[survivor, loser])}
        older = cls.objects.open().filter(patient__in=[survivor, loser])
        return [
            Change(row.pk, {"status": cls.Status.CANCELLED, "decided_at": now}, row.replaced_words())
            for row in older
            if row != newest[row.field]
        ]

    def replaced_words(self) -> str:
        words = _("%(field)s: asked for in both files; the newer wish waits")
        return str(words) % {"field": self.get_field_display()}

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.public_id}"

    @property
    def old_shown(self) -> str:
        return as_shown(self.field, self.old)

    @property
    def wanted_shown(self) -> str:
        return as_shown(self.field, self.wanted)
