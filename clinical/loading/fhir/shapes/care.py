"""FHIR R4: what happened, and what was ordered."""

ENCOUNTER = """
    identifier                       Identifier *
    status                           code=encounter-status !
    statusHistory                    Backbone *
    statusHistory.status             code=encounter-status !
    statusHistory.period             Period !
    class                            Coding !
    classHistory                     Backbone *
    classHistory.class               Coding !
    classHistory.period              Period !
    type                             CodeableConcept *
    serviceType                      CodeableConcept
    priority                         CodeableConcept
    subject                          Reference:Patient,Group
    episodeOfCare                    Reference:EpisodeOfCare *
    basedOn                          Reference:ServiceRequest *
    participant                      Backbone *
    participant.type                 CodeableConcept *
    participant.period               Period
    participant.individual           Reference:Practitioner,PractitionerRole,RelatedPerson
    appointment                      Reference:Appointment *
    period                           Period
    length                           Duration
    reasonCode                       CodeableConcept *
    reasonReference                  Reference:Condition,Procedure,Observation,ImmunizationRecommendation *
    diagnosis                        Backbone *
    diagnosis.condition              Reference:Condition,Procedure !
    diagnosis.use                    CodeableConcept
    diagnosis.rank                   positiveInt
    account                          Reference:Account *
    hospitalization                  Backbone
    hospitalization.preAdmissionIdentifier  Identifier
    hospitalization.origin           Reference:Location,Organization
    hospitalization.admitSource      CodeableConcept
    hospitalization.reAdmission      CodeableConcept
    hospitalization.dietPreference   CodeableConcept *
    hospitalization.specialCourtesy  CodeableConcept *
    hospitalization.specialArrangement  CodeableConcept *
    hospitalization.destination      Reference:Location,Organization
    hospitalization.dischargeDisposition  CodeableConcept
    location                         Backbone *
    location.location                Reference:Location !
    location.status                  code=encounter-location-status
    location.physicalType            CodeableConcept
    location.period                  Period
    serviceProvider                  Reference:Organization
    partOf                           Reference:Encounter
"""
CONDITION = """
    identifier          Identifier *
    clinicalStatus      CodeableConcept=condition-clinical
    verificationStatus  CodeableConcept=condition-verification
    category            CodeableConcept *
    severity            CodeableConcept
    code                CodeableConcept
    bodySite            CodeableConcept *
    subject             Reference:Patient,Group !
    encounter           Reference:Encounter
    onset[x]            dateTime|Age|Period|Range|string
    abatement[x]        dateTime|Age|Period|Range|string
    recordedDate        dateTime
    recorder            Reference:Practitioner,PractitionerRole,Patient,RelatedPerson
    asserter            Reference:Practitioner,PractitionerRole,Patient,RelatedPerson
    stage               Backbone *
    stage.summary       CodeableConcept
    stage.assessment    Reference:ClinicalImpression,DiagnosticReport,Observation *
    stage.type          CodeableConcept
    evidence            Backbone *
    evidence.code       CodeableConcept *
    evidence.detail     Reference *
    note                Annotation *
"""
ALLERGY = """
    identifier          Identifier *
    clinicalStatus      CodeableConcept=allergy-clinical
    verificationStatus  CodeableConcept=allergy-verification
    type                code=allergy-type
    category            code=allergy-category *
    criticality         code=allergy-criticality
    code                CodeableConcept
    patient             Reference:Patient !
    encounter           Reference:Encounter
    onset[x]            dateTime|Age|Period|Range|string
    recordedDate        dateTime
    recorder            Reference:Practitioner,PractitionerRole,Patient,RelatedPerson
    asserter            Reference:Patient,RelatedPerson,Practitioner,PractitionerRole
    lastOccurrence      dateTime
    note                Annotation *
    reaction            Backbone *
    reaction.substance  CodeableConcept
    reaction.manifestation  CodeableConcept +
    reaction.description  string
    reaction.onset      dateTime
    reaction.severity   code=allergy-severity
    reaction.exposureRoute  CodeableConcept
    reaction.note       Annotation *
"""
IMMUNIZATION = """
    identifier          Identifier *
    status              code=immunization-status !
    statusReason        CodeableConcept
    vaccineCode         CodeableConcept !
    patient             Reference:Patient !
    encounter           Reference:Encounter
    occurrence[x]       dateTime|string !
    recorded            dateTime
    primarySource       boolean
    reportOrigin        CodeableConcept
    location            Reference:Location
    manufacturer        Reference:Organization
    lotNumber           string
    expirationDate      date
    site                CodeableConcept
    route               CodeableConcept
    doseQuantity        Quantity
    performer           Backbone *
    performer.function  CodeableConcept
    performer.actor     Reference:Practitioner,PractitionerRole,Organization !
    note                Annotation *
    reasonCode          CodeableConcept *
    reasonReference     Reference:Condition,Observation,DiagnosticReport *
    isSubpotent         boolean
    subpotentReason     CodeableConcept *
    education           Backbone *
    education.documentType  string
    education.reference  uri
    education.publicationDate  dateTime
    education.presentationDate  dateTime
    programEligibility  CodeableConcept *
    fundingSource       CodeableConcept
    reaction            Backbone *
    reaction.date       dateTime
    reaction.detail     Reference:Observation
    reaction.reported   boolean
    protocolApplied     Backbone *
    protocolApplied.series  string
    protocolApplied.authority  Reference:Organization
    protocolApplied.targetDisease  CodeableConcept *
    protocolApplied.doseNumber[x]  positiveInt|string !
    protocolApplied.seriesDoses[x]  positiveInt|string
"""
REQUESTERS = "Practitioner,PractitionerRole,Organization,Patient,RelatedPerson,Device"
REQUEST = f"""
    identifier          Identifier *
    status              code=medication-request-status !
    statusReason        CodeableConcept
    intent              code=medication-request-intent !
    category            CodeableConcept *
    priority            code=request-priority
    doNotPerform        boolean
    reported[x]         boolean|Reference:Patient,Practitioner,PractitionerRole,RelatedPerson,Organization
    medication[x]       CodeableConcept|Reference:Medication !
    subject             Reference:Patient,Group !
    encounter           Reference:Encounter
    supportingInformation  Reference *
    authoredOn          dateTime
    requester           Reference:{REQUESTERS}
    performer           Reference:{REQUESTERS},CareTeam
    performerType       CodeableConcept
    recorder            Reference:Practitioner,PractitionerRole
    reasonCode          CodeableConcept *
    reasonReference     Reference:Condition,Observation *
    instantiatesCanonical  canonical *
    instantiatesUri     uri *
    basedOn             Reference:CarePlan,MedicationRequest,ServiceRequest,ImmunizationRecommendation *
    groupIdentifier     Identifier
    courseOfTherapyType  CodeableConcept
    insurance           Reference:Coverage,ClaimResponse *
    note                Annotation *
    dosageInstruction   Dosage *
    dispenseRequest     Backbone
    dispenseRequest.initialFill  Backbone
    dispenseRequest.initialFill.quantity  Quantity
    dispenseRequest.initialFill.duration  Duration
    dispenseRequest.dispenseInterval  Duration
    dispenseRequest.validityPeriod  Period
    dispenseRequest.numberOfRepeatsAllowed  unsignedInt
    dispenseRequest.quantity  Quantity
    dispenseRequest.expectedSupplyDuration  Duration
    dispenseRequest.performer  Reference:Organization
    substitution        Backbone
    substitution.allowed[x]  boolean|CodeableConcept !
    substitution.reason  CodeableConcept
    priorPrescription   Reference:MedicationRequest
    detectedIssue       Reference:DetectedIssue *
    eventHistory        Reference:Provenance *
"""
MEDICATION = """
    identifier          Identifier *
    code                CodeableConcept
    status              code=medication-status
    manufacturer        Reference:Organization
    form                CodeableConcept
    amount              Ratio
    ingredient          Backbone *
    ingredient.item[x]  CodeableConcept|Reference:Substance,Medication !
    ingredient.isActive  boolean
    ingredient.strength  Ratio
    batch               Backbone
    batch.lotNumber     string
    batch.expirationDate  dateTime
"""
VALUES = "Quantity|CodeableConcept|string|boolean|integer|Range|Ratio|SampledData|time|dateTime|Period"
RANGE = """
    low        Quantity
    high       Quantity
    type       CodeableConcept
    appliesTo  CodeableConcept *
    age        Range
    text       string
"""


def under(name: str, table: str) -> str:
    """The table's elements inside another one."""
    return "\n".join(f"{name}.{line.strip()}" for line in table.splitlines() if line.strip())


ORDERS = "CarePlan,DeviceRequest,ImmunizationRecommendation,MedicationRequest,NutritionOrder,ServiceRequest"
EVENTS = "MedicationAdministration,MedicationDispense,MedicationStatement,Procedure,Immunization,ImagingStudy"
SOURCES = "DocumentReference,ImagingStudy,Media,QuestionnaireResponse,Observation,MolecularSequence"
OBSERVATION = f"""
    identifier          Identifier *
    basedOn             Reference:{ORDERS} *
    partOf              Reference:{EVENTS} *
    status              code=observation-status !
    category            CodeableConcept *
    code                CodeableConcept !
    subject             Reference:Patient,Group,Device,Location
    focus               Reference *
    encounter           Reference:Encounter
    effective[x]        dateTime|Period|Timing|instant
    issued              instant
    performer           Reference:Practitioner,PractitionerRole,Organization,CareTeam,Patient,RelatedPerson *
    value[x]            {VALUES}
    dataAbsentReason    CodeableConcept
    interpretation      CodeableConcept *
    note                Annotation *
    bodySite            CodeableConcept
    method              CodeableConcept
    specimen            Reference:Specimen
    device              Reference:Device,DeviceMetric
    referenceRange      Backbone *
    {under("referenceRange", RANGE)}
    hasMember           Reference:Observation,QuestionnaireResponse,MolecularSequence *
    derivedFrom         Reference:{SOURCES} *
    component           Backbone *
    component.code      CodeableConcept !
    component.value[x]  {VALUES}
    component.dataAbsentReason  CodeableConcept
    component.interpretation  CodeableConcept *
    component.referenceRange  Backbone *
    {under("component.referenceRange", RANGE)}
"""
TABLES = {
    "Encounter": ENCOUNTER,
    "Condition": CONDITION,
    "AllergyIntolerance": ALLERGY,
    "Immunization": IMMUNIZATION,
    "MedicationRequest": REQUEST,
    "Medication": MEDICATION,
    "Observation": OBSERVATION,
}
