"""Proof that what was signed stands as it was signed: the chain of seals, walked from its beginning."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import AuditEvent, Patient
from accounts.proofs import Finding, register
from clinical.models import MedicalRecord, Seal
from clinical.services.sealing import GENESIS, is_whole

RECORDS, SEALS = MedicalRecord._meta.db_table, Seal._meta.db_table


@register("seals")
def prove_seals() -> Iterator[Finding | None]:
    yield from walk_chain()
    yield from without_seal()
    yield from vanished()


def walk_chain() -> Iterator[Finding | None]:
    previous, keepers = GENESIS, survivors()
    links = Seal.objects.select_related("record__encounter", "record__signed_by").order_by("pk")
    for link in links.iterator():
        if link.previous != previous:
            yield Finding(SEALS, str(link.pk), _("a link before it is missing or was changed"))
        elif not is_whole(link):
            yield Finding(RECORDS, str(link.record_id), _("it is not what was signed"))
        elif keepers.get(str(link.patient_public_id)) != link.record.patient_id:
            yield Finding(RECORDS, str(link.record_id), _("it stands with a patient it was not signed for"))
        else:
            yield None
        previous = link.digest


def survivors() -> dict[str, int]:
    """By public id, the patient with whom a record belongs now: merges are followed to their end."""
    rows = list(Patient.objects.values_list("pk", "public_id", "merged_into"))
    into = {pk: merged for pk, _public, merged in rows}
    found = {}
    for pk, public_id, merged in rows:
        while merged is not None:
            pk, merged = merged, into[merged]
        found[str(public_id)] = pk
    return found


def without_seal() -> Iterator[Finding]:
    """A signature that the service did not give has no link in the chain."""
    for pk in MedicalRecord.objects.filter(signed_at__isnull=False, seal__isnull=True).values_list(
        "pk", flat=True
    ):
        yield Finding(RECORDS, str(pk), _("it counts as signed and has no seal"))


def vanished() -> Iterator[Finding]:
    """The end of a chain can be cut off unseen by the chain; the trail still names who signed."""
    signed = AuditEvent.objects.filter(action="sign", target_table=RECORDS).values_list(
        "target_id", flat=True
    )
    sealed = {str(pk) for pk in Seal.objects.values_list("record_id", flat=True)}
    for pk in sorted(set(signed) - sealed):
        yield Finding(RECORDS, pk, _("it was signed, and its seal is gone"))
