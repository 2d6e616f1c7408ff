"""The person who is cared for."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import to_python

from accounts import mrn
from accounts.access import VisibleQuerySet, relationships
from accounts.models.access import PatientAccess
from accounts.models.base import ArchivableModel, ArchivableQuerySet, PublicModel, VersionedModel
from accounts.names import search_key
from accounts.roles import Reach
from accounts.triggers import AuditRows


class Gender(models.TextChoices):
    """FHIR R4 administrative gender."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class PatientQuerySet(ArchivableQuerySet, VisibleQuerySet):
    def within(self, how_far: Reach, user: Any) -> Q:
        if how_far is Reach.OWN:
            return Q(pk__in=PatientAccess.objects.open_to(user).values("patient"))
        return relationships.patients(how_far, user)

    def of_user(self, user: Any) -> Self:
        """The people for whom the account may act, itself first."""
        return self.filter(self.within(Reach.OWN, user)).order_by("pk")

    def matching(self, words: str) -> Self:
        """Every word is part of the name; or the whole is the MRN, the phone or the e-mail address."""
        number = mrn.normalise(words)
        if "@" in words:
            return self.filter(email__istartswith=words.strip())
        if number.lstrip("+").isdigit():
            return self.filter(Q(mrn__startswith=number) | Q(phone=to_python(words) or "none"))
        found = self
        for word in search_key(words).split():
            found = found.filter(search_name__contains=word)
        return found


class MrnCounter(models.Model):
    """The one row that hands out record numbers; whoever takes a block holds its lock."""

    next_number = models.PositiveBigIntegerField(default=mrn.FIRST)

    class Meta:
        verbose_name = _("record number counter")
        constraints = [models.CheckConstraint(name="there_is_one_mrn_counter", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(self.next_number)

    @classmethod
    def take(cls, count: int = 1) -> list[str]:
        """The next numbers, in one locked step; call it inside the transaction that uses them."""
        cls.objects.get_or_create(pk=1)
        counter = cls.objects.select_for_update().get(pk=1)
        first = counter.next_number
        counter.next_number = first + count
        counter.save(update_fields=["next_number"])
        return [mrn.mrn(number) for number in range(first, first + count)]


class Patient(PublicModel, VersionedModel, ArchivableModel):
    mrn = models.CharField(_("record number (MRN)"), max_length=10, unique=True, editable=False)
    given_name = models.CharField(_("given name"), max_length=100)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True)
    gender = models.CharField(_("sex"), max_length=8, choices=Gender.choices, default=Gender.UNKNOWN)
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(_("town or city"), max_length=100, blank=True)
    state = models.CharField(_("state or region"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    deceased_at = models.DateTimeField(_("died at"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, verbose_name=_("merged into")
    )
    search_name = models.CharField(max_length=250, editable=False, db_index=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = PatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        ordering = ["family_name", "given_name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="a_patient_is_not_merged_into_itself", condition=~Q(merged_into=models.F("pk"))
            ),
            AuditRows(name="patient_rows_are_audited", patient="self"),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.mrn})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_name = search_key(self.given_name, self.family_name)
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def grouped_mrn(self) -> str:
        return mrn.grouped(self.mrn)
