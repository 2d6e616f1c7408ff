"""The diagnoses of ICD-10-CM, as `load_icd10` brings them."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.names import search_key
from accounts.roles import Reach

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
CATEGORY = 3  # characters of a code before its dot
SHAPE = re.compile(r"[A-Z](?:\d[0-9A-Z]|[A-Z]\d)(?:\.[0-9A-Z]{1,4})?")
# One or two letters stand in the middle of nearly every word: they count at its start only.
SHORT = 2


def normalised(code: str) -> str:
    """As the list writes it: capitals, and a dot after the third character."""
    plain = re.sub(r"[\s.]+", "", code).upper()
    return f"{plain[:CATEGORY]}.{plain[CATEGORY:]}" if len(plain) > CATEGORY else plain


def is_code(text: str) -> bool:
    return SHAPE.fullmatch(text) is not None


def spelling(text: str) -> str:
    """Words as they are compared: plain letters and figures, British and American spelling alike."""
    plain = re.sub(r"['’]|(?<=\w)\.(?=\w)", "", search_key(text))
    plain = plain.replace("ae", "e").replace("oe", "e")
    plain = re.sub(r"(?<=[a-z]{3})our", "or", plain)
    return " ".join(re.findall(r"\w+", plain))


def searchable(code: str, display: str) -> str:
    """The code without its dot and the words, each with a space before it."""
    return f" {spelling(code)} {spelling(display)} "


class Icd10CodeQuerySet(VisibleQuerySet):
    permission = "clinical.write_record"

    def within(self, how_far: Reach, user: Any) -> Q:
        """The list is the same for all who may give a diagnosis."""
        return Q()

    def may_be_given(self) -> Self:
        return self.filter(is_billable=True)

    def matching(self, words: str) -> Self:
        """Every word is in the code or the diagnosis, best match first and headings last.

        Only a heading whose very code was typed comes first. Words at the start of words go before others,
        a short diagnosis before a long one.
        """
        wanted = spelling(words).split()
        if not wanted:
            return self.none()
        found, at_starts, whole = self, Q(), " " + "".join(wanted)
        for word in wanted:
            found = found.filter(search_text__contains=f" {word}" if len(word) <= SHORT else word)
            at_starts &= Q(search_text__contains=f" {word}")
        exact, prefix = Q(search_text__startswith=f"{whole} "), Q(search_text__startswith=whole)
        return found.order_by(
            first(exact), "-is_billable", first(prefix, at_starts), shortest_unless(prefix), "code"
        )

    def below(self, codes: Iterable[str]) -> Self:
        """What may be given under one of these beginnings; under the longest first, then the shortest code."""
        longest_first = sorted(codes, key=len, reverse=True)
        under = [Q(search_text__startswith=f" {spelling(code)}") for code in longest_first]
        return self.may_be_given().filter(reduce(or_, under)).order_by(first(*under), Length("code"), "code")


def first(*conditions: Q) -> Case:
    """Rows of the first condition before those of the next, the others last."""
    places = [When(condition, then=Value(place)) for place, condition in enumerate(conditions)]
    return Case(*places, default=Value(len(conditions)))


def shortest_unless(condition: Q) -> Case:
    return Case(When(condition, then=Value(0)), default=Length("search_text"))


class Icd10Code(models.Model):
    """Only codes that stand for one diagnosis may be given; the others are headings above them."""

    code = models.CharField(_("code"), max_length=8, unique=True)
    display = models.CharField(_("diagnosis"), max_length=300)
    is_billable = models.BooleanField(_("may be given"))
    search_text = models.TextField(editable=False)

    objects = Icd10CodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("ICD-10-CM code")
        verbose_name_plural = _("ICD-10-CM codes")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.display}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = searchable(self.code, self.display)
        super().save(*args, **kwargs)
