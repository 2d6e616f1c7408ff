"""What happened: visits, conditions, allergies, vaccinations and medicines."""

import json
from typing import Any

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from accounts.loading.kinds import Parent
from clinical.loading import synthea_allergies, synthea_history, synthea_immunizations
from clinical.loading.fhir.dosing import dosage
from clinical.loading.fhir.invariants import coded
from clinical.loading.fhir.kinds import PATIENT, FromFhir, OfPatient
from clinical.loading.fhir.left_out import VERIFICATIONS
from clinical.loading.fhir.naming import listed
from clinical.loading.fhir.shapes.codes import ALLERGY_CLINICAL, CONDITION_CLINICAL
from clinical.loading.fhir.told import DAY, Told, moment
from clinical.loading.synthea_history import SNOMED
from clinical.models import Allergy, Condition, Encounter, Immunization
from clinical.models.encounter import EncounterStatus
from clinical.models.immunization import CVX
from clinical.models.prescription import RXNORM
from clinical.services.allergies import NONE_CODES

CLASSES = {
    "AMB": Encounter.Class.AMBULATORY,
    "SS": Encounter.Class.AMBULATORY,
    "PRENC": Encounter.Class.AMBULATORY,
    "EMER": Encounter.Class.EMERGENCY,
    "IMP": Encounter.Class.INPATIENT,
    "ACUTE": Encounter.Class.INPATIENT,
    "NONAC": Encounter.Class.INPATIENT,
    "OBSENC": Encounter.Class.INPATIENT,
    "HH": Encounter.Class.HOME,
    "VR": Encounter.Class.VIRTUAL,
}
CONDITION_STATUSES = {
    "recurrence": Condition.ClinicalStatus.ACTIVE,
    "relapse": Condition.ClinicalStatus.ACTIVE,
    "remission": Condition.ClinicalStatus.INACTIVE,
} | {status.value: status for status in Condition.ClinicalStatus}
CERTAINTIES = {"differential": "provisional"}


class Encounters(FromFhir, synthea_history.Encounters):
    table = "encounters"
    parents = (
        PATIENT,
        Parent("doctor", "PRACTITIONER", "practitioners"),
        Parent("location", "LOCATION", "locations", required=False),
    )

    def read(self, told: Told) -> dict[str, Any]:
        period = told.body["period"]
        started_at = told.instant("period.start", period["start"])
        ended_at = told.instant("period.end", period.get("end", ""))
        if ended_at is None:
            told.warn(_("a finished visit without a known end; its start is kept as its end"))
        return {
            "status": EncounterStatus.FINISHED,
            "class_code": self._class(told),
            "reason": told.text("type", self._reason(told), 500),
            "started_at": started_at,
            "ended_at": max(ended_at, started_at) if ended_at and started_at else started_at,
        }

    def _class(self, told: Told) -> str:
        code = told.body["class"].get("code", "")
        if code not in CLASSES:
            told.warn(
                _("a kind of visit that is unknown here (%(code)s); kept as outpatient") % {"code": code}
            )
        return CLASSES.get(code, Encounter.Class.AMBULATORY)

    def _reason(self, told: Told) -> str:
        said = [
            told.concept(name, one).display
            for name in ("type", "reasonCode")
            for one in listed(told.body.get(name))[:1]
        ]
        return ": ".join(filter(None, said))


class Conditions(OfPatient, synthea_history.Conditions):
    table = "conditions"

    def read(self, told: Told) -> dict[str, Any]:
        system, code, display = told.concept("code", told.body["code"], SNOMED)
        onset = told.day("onsetDateTime") or period_day(told, "onsetPeriod", "start")
        abatement = told.day("abatementDateTime") or period_day(told, "abatementPeriod", "end")
        if onset and abatement and abatement < onset:
            told.refuse("abatement[x]", abatement, _("The end lies before the start."))
        status = coded(told.body, "clinicalStatus", CONDITION_CLINICAL)
        return {
            "system": system,
            "code": code,
            "display": display,
            "clinical_status": CONDITION_STATUSES.get(status, Condition.ClinicalStatus.ACTIVE),
            "verification": certainty(told, Condition.Verification.CONFIRMED),
            "onset_date": onset,
            "abatement_date": abatement,
        }


def certainty(told: Told, unsaid: str) -> str:
    said = coded(told.body, "verificationStatus", VERIFICATIONS[told.type])
    return CERTAINTIES.get(said, said) or unsaid


def period_day(told: Told, name: str, end: str) -> Any:
    text = told.body.get(name, {}).get(end, "")
    return moment(text[:DAY]).date() if len(text) >= DAY else None


class Allergies(OfPatient, synthea_allergies.Allergies):
    table = "allergies"

    def left_out(self, cells: Cells) -> str:
        reason = super().left_out(cells)
        if not reason and {c.get("code") for c in codings(cells)} & NONE_CODES:
            return _("says that no allergy is known; skipped, because here that is asked and dated")
        return reason

    def read(self, told: Told) -> dict[str, Any]:
        if "code" not in told.body:
            told.refuse("code", "", _("A value is needed."))
        system, code, display = told.concept("code", told.body.get("code"), RXNORM, SNOMED)
        kinds = told.body.get("category", [])
        if told.body.get("type") == "intolerance":
            told.warn(_("an intolerance; loaded as an allergy"))
        if len(kinds) > 1:
            told.warn(_("an allergy of several categories; the first is kept"))
        return {
            "system": system,
            "code": code,
            "display": display,
            "category": kinds[0] if kinds else Allergy.Category.ENVIRONMENT,
            "criticality": told.body.get("criticality", Allergy.Criticality.UNABLE),
            "clinical_status": coded(told.body, "clinicalStatus", ALLERGY_CLINICAL),
            "verification": certainty(told, Allergy.Verification.CONFIRMED),
            "onset_date": told.day("onsetDateTime"),
            "told_at": told.instant("recordedDate", told.body.get("recordedDate")),
            "reactions": list(reactions(told)),
        }


def codings(cells: Cells) -> list[dict[str, Any]]:
    body = json.loads(cells.get("BODY") or "{}")
    return listed(body.get("code", {}).get("coding"))


def reactions(told: Told) -> Any:
    for one in listed(told.body.get("reaction")):
        for what in listed(one.get("manifestation")):
            words = told.concept("reaction.manifestation", what).display
            said = {"manifestation": told.text("reaction.manifestation", words, 200)}
            yield said | {"severity": one.get("severity", "")}


class Immunizations(OfPatient, synthea_immunizations.Immunizations):
    table = "immunizations"

    def left_out(self, cells: Cells) -> str:
        reason = super().left_out(cells)
        if not reason and said_status(cells) == "not-done":
            return (
                ""
                if why_not(json.loads(cells.get("BODY")))
                else _("not given, for a reason unknown here; skipped")
            )
        return reason

    def read(self, told: Told) -> dict[str, Any]:
        system, code, display = told.concept("vaccineCode", told.body["vaccineCode"], CVX, code_limit=10)
        return {
            "system": system,
            "code": code,
            "display": display,
            "status": told.body["status"],
            "not_done_reason": why_not(told.body),
            "happened_at": told.instant("occurrenceDateTime", told.body["occurrenceDateTime"]),
            "dose_number": dose_number(told.body),
            "lot_number": told.text("lotNumber", told.body.get("lotNumber"), 40),
            "expires_on": told.day("expirationDate"),
            "site": told.text("site", told.concept("site", told.body.get("site")).display, 60),
            "route": route(told),
        }


def said_status(cells: Cells) -> Any:
    return json.loads(cells.get("BODY") or "{}").get("status")


def why_not(body: dict[str, Any]) -> str:
    if body.get("status") != "not-done":
        return ""
    said = [c.get("code") for c in listed(body.get("statusReason", {}).get("coding"))]
    return next((code for code in said if code in Immunization.NotDone.values), "")


def dose_number(body: dict[str, Any]) -> int | None:
    numbers = [one.get("doseNumberPositiveInt") for one in listed(body.get("protocolApplied"))]
    return next((number for number in numbers if number and number < 1000), None)


def route(told: Told) -> str:
    said = [c.get("code") for c in listed(told.body.get("route", {}).get("coding"))]
    return next((str(code) for code in said if code in Immunization.Route.values), "")


class Medications(FromFhir, synthea_history.Medications):
    table = "medications"
    parents = (PATIENT, Parent("encounter", "ENCOUNTER", "encounters"))

    def read(self, told: Told) -> dict[str, Any]:
        medicine = told.body.get("medicationCodeableConcept") or json.loads(told.cells.get("PART") or "{}")
        if not medicine:
            medicine = {"text": told.body["medicationReference"].get("display", "")}
        system, code, display = told.concept("medication[x]", medicine, RXNORM)
        if not display:
            told.refuse("medication[x]", medicine, _("A value is needed."))
        reason: Any = next(iter(listed(told.body.get("reasonCode"))), {})
        return {
            "happened_at": told.instant("authoredOn", told.body["authoredOn"]),
            "system": system,
            "code": code,
            "medicine": display,
            "indication": told.text("reasonCode", told.concept("reasonCode", reason).display, 200),
            "status": told.body["status"],
            "stopped_at": None,
            **dosage(told),
        }
