"""The person who is cared for."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import to_python

from accounts import mrn
from accounts.access import VisibleQuerySet, relationships
from accounts.errors import FileClosed
from accounts.fields import typed_dates
from accounts.models.access import PatientAccess
from accounts.models.base import ArchivableModel, ArchivableQuerySet, PublicModel, VersionedModel
from accounts.models.merging import KEEP
from accounts.names import search_key, sound_key
from accounts.roles import Reach
from accounts.triggers import AuditRows

MRN_DIGITS = 10


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

    def kept_for(self, user: Any, scope: str) -> Self:
        """Those for whom the account may act in this matter, whatever its role."""
        return self.filter(pk__in=PatientAccess.objects.open_to(user, scope).values("patient")).order_by("pk")

    def matching(self, words: str) -> Self:
        """Every word is part of the name; or the whole is the MRN, the phone, the e-mail or the date of birth.

        The number of a merged file leads to the one into which it was merged.
        """
        number = mrn.normalise(words)
        days = Q(birth_date__in=typed_dates(words))
        if "@" in words:
            return self.filter(pk__in=Patient.objects.written_to(words.strip()).values("pk"))
        if number.lstrip("+").isdigit():
            return self.filter(days | self.numbered(number) | Q(phone=to_python(words) or "none"))
        if typed_dates(words):
            return self.filter(days)
        found = self
        for word in search_key(words).split():
            found = found.filter(search_name__contains=word)
        return found

    def numbered(self, start: str) -> Q:
        """Files whose number begins so, as a range, for which every database has an index.

        A whole number is looked up here: it may be that of a file which was merged into another.
        """
        if len(start) < MRN_DIGITS and start.isascii():
            return Q(mrn__range=(start.ljust(MRN_DIGITS, "0"), start.ljust(MRN_DIGITS, "9")))
        found = Patient._base_manager.filter(mrn=start).first() if mrn.is_mrn(start) else None
        return Q(pk__in={found.pk, found.survivor().pk} if found else ())

    def written_to(self, start: str) -> Self:
        """Whose e-mail address begins so."""
        return self.alias(lower_email=Lower("email")).filter(lower_email__startswith=start.lower())

    def alike(self, person: "Patient") -> Self:
        """Other standing files that share a date of birth, phone, e-mail or sound with the person; one query.

        Only a first sieve, every part of which has an index: what it finds is still to be compared.
        """
        shared = Q(pk__in=[])
        if person.birth_date:
            shared |= Q(birth_date__in=[person.birth_date, *swapped(person.birth_date)])
        if person.phone:
            shared |= Q(phone=person.phone)
        if person.email:
            shared |= Q(lower_email=person.email.lower())
        if person.name_sounds:
            shared |= Q(name_sounds=person.name_sounds)
        others = self.alias(lower_email=Lower("email")).filter(shared, merged_into__isnull=True)
        return others.exclude(pk=person.pk) if person.pk else others

    def held(self, patient: "Patient") -> "Patient":
        """The patient as the row stands, locked until the transaction ends; FileClosed once it was merged.

        The weak lock lets other tables go on pointing at the row, and is the one that a merge takes.
        """
        row = self.select_for_update(no_key=True).get(pk=patient.pk)
        if row.merged_into_id is not None:
            raise FileClosed
        return row


def swapped(day: date) -> list[date]:
    """The date with day and month in the other order, where that is another date."""
    if day.day > 12 or day.day == day.month:
        return []
    return [date(day.year, day.day, day.month)]


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
    name_sounds = models.CharField(max_length=250, editable=False, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    objects = PatientQuerySet.as_manager()
    merge_rules = {"merged_into": KEEP}

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        ordering = ["family_name", "given_name", "pk"]
        indexes = [
            models.Index(name="patient_birth_date", fields=["birth_date"]),
            models.Index(name="patient_phone", fields=["phone"]),
            models.Index(Lower("email"), name="patient_email"),
            models.Index(name="patient_sounds", fields=["name_sounds"]),
            # With what a search by name reads, so that SQLite goes through the names in order without the rows.
            models.Index(name="patient_in_order", fields=["family_name", "given_name", "id", "search_name"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_patient_is_not_merged_into_itself", condition=~Q(merged_into=models.F("pk"))
            ),
            AuditRows(name="patient_rows_are_audited", patient="self"),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.grouped_mrn})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_keys()
        super().save(*args, **kwargs)

    def set_keys(self) -> None:
        """What is searched and compared instead of the name."""
        self.search_name = search_key(self.given_name, self.family_name)
        self.name_sounds = sound_key(self.given_name, self.family_name)

    def survivor(self) -> "Patient":
        """The file that stands for this one: itself, or the end of the chain of merges; one query a step."""
        patient = self
        while patient.merged_into_id is not None:
            patient = Patient._base_manager.get(pk=patient.merged_into_id)
        return patient

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def grouped_mrn(self) -> str:
        return mrn.grouped(self.mrn)
