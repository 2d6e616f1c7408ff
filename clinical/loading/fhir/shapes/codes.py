"""The lists of FHIR R4 from which a code must come (required bindings), of those elements that are judged here."""

CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
ALLERGY_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
ALLERGY_VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"

LISTS = {
    "address-type": "postal physical both",
    "address-use": "home work temp old billing",
    "age-comparator": "< <= >= >",
    "allergy-category": "food medication environment biologic",
    "allergy-clinical": "active inactive resolved",
    "allergy-criticality": "low high unable-to-assess",
    "allergy-severity": "mild moderate severe",
    "allergy-type": "allergy intolerance",
    "allergy-verification": "unconfirmed confirmed refuted entered-in-error",
    "appointment-status": "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in"
    " waitlist",
    "bundle-type": "document message transaction transaction-response batch batch-response history searchset"
    " collection",
    "condition-clinical": "active recurrence relapse inactive remission resolved",
    "condition-verification": "unconfirmed provisional differential confirmed refuted entered-in-error",
    "contact-system": "phone fax email pager url sms other",
    "contact-use": "home work temp old mobile",
    "days-of-week": "mon tue wed thu fri sat sun",
    "encounter-location-status": "planned active reserved completed",
    "encounter-status": "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown",
    "event-timing": "MORN MORN.early MORN.late NOON AFT AFT.early AFT.late EVE EVE.early EVE.late NIGHT PHS HS WAKE"
    " C CM CD CV AC ACM ACD ACV PC PCM PCD PCV",
    "gender": "male female other unknown",
    "http-verb": "GET HEAD POST PUT DELETE PATCH",
    "identifier-use": "usual official temp secondary old",
    "immunization-status": "completed entered-in-error not-done",
    "link-type": "replaced-by replaces refer seealso",
    "location-mode": "instance kind",
    "location-status": "active suspended inactive",
    "medication-request-intent": "proposal plan order original-order reflex-order filler-order instance-order option",
    "medication-request-status": "active on-hold cancelled completed entered-in-error stopped draft unknown",
    "medication-status": "active inactive entered-in-error",
    "name-use": "usual official temp nickname anonymous old maiden",
    "narrative-status": "generated extensions additional empty",
    "observation-status": "registered preliminary final amended corrected cancelled entered-in-error unknown",
    "participant-required": "required optional information-only",
    "participant-status": "accepted declined tentative needs-action",
    "request-priority": "routine urgent asap stat",
    "search-mode": "match include outcome",
    "slot-status": "busy free busy-unavailable busy-tentative entered-in-error",
    "time-unit": "s min h d wk mo a",
}
CODES = {name: frozenset(codes.split()) for name, codes in LISTS.items()}
# Elements that hold concepts instead of bare codes: the system whose codes the list means.
SYSTEMS = {
    CODES["condition-clinical"]: CONDITION_CLINICAL,
    CODES["condition-verification"]: CONDITION_VERIFICATION,
    CODES["allergy-clinical"]: ALLERGY_CLINICAL,
    CODES["allergy-verification"]: ALLERGY_VERIFICATION,
}
