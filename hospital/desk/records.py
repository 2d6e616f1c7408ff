"""What waits in the clinical record: how many, never whose text."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinical.models import CorrectionRequest, LabResult, MedicalRecord
from hospital.desk.figures import Figure, how_many, proof, waiting


def records_waiting(user: Any, now: datetime) -> list[Figure]:
    """Four queries. Late notes are among the unsigned ones too."""
    found = []
    if user.has_perm("clinical.view_medicalrecord"):
        notes, where = MedicalRecord.objects.metadata_for(user), "clinical_medicalrecord"
        late, unsigned = how_many(notes.late(now)), how_many(notes.unsigned())
        found += [
            waiting(_("Notes unsigned for over 48 hours"), late, proof(where, "signature=late")),
            waiting(_("Unsigned notes"), unsigned, proof(where, "signature=missing")),
        ]
    if user.has_perm("clinical.view_labresult"):
        results = how_many(LabResult.objects.metadata_for(user).unreviewed())
        found.append(waiting(_("Results to review"), results, proof("clinical_labresult", "review=missing")))
    if user.has_perm("clinical.view_correctionrequest"):
        asked = CorrectionRequest.objects.metadata_for(user)
        asked = how_many(asked.filter(status=CorrectionRequest.Status.REQUESTED))
        proves = proof("clinical_correctionrequest", "status__exact=requested")
        found.append(waiting(_("Corrections of notes asked for"), asked, proves))
    return found
