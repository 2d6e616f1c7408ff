"""FHIR R4: what is planned. Nothing of it is loaded from here, but what is wrong with it is told."""

ACTORS = "Patient,Practitioner,PractitionerRole,RelatedPerson,Device,HealthcareService,Location"
TABLES = {
    "Appointment": f"""
        identifier               Identifier *
        status                   code=appointment-status !
        cancelationReason        CodeableConcept
        serviceCategory          CodeableConcept *
        serviceType              CodeableConcept *
        specialty                CodeableConcept *
        appointmentType          CodeableConcept
        reasonCode               CodeableConcept *
        reasonReference          Reference:Condition,Procedure,Observation,ImmunizationRecommendation *
        priority                 unsignedInt
        description              string
        supportingInformation    Reference *
        start                    instant
        end                      instant
        minutesDuration          positiveInt
        slot                     Reference:Slot *
        created                  dateTime
        comment                  string
        patientInstruction       string
        basedOn                  Reference:ServiceRequest *
        participant              Backbone +
        participant.type         CodeableConcept *
        participant.actor        Reference:{ACTORS}
        participant.required     code=participant-required
        participant.status       code=participant-status !
        participant.period       Period
        requestedPeriod          Period *
    """,
    "Schedule": f"""
        identifier       Identifier *
        active           boolean
        serviceCategory  CodeableConcept *
        serviceType      CodeableConcept *
        specialty        CodeableConcept *
        actor            Reference:{ACTORS.replace("RelatedPerson,", "")} +
        planningHorizon  Period
        comment          string
    """,
    "Slot": """
        identifier       Identifier *
        serviceCategory  CodeableConcept *
        serviceType      CodeableConcept *
        specialty        CodeableConcept *
        appointmentType  CodeableConcept
        schedule         Reference:Schedule !
        status           code=slot-status !
        start            instant !
        end              instant !
        overbooked       boolean
        comment          string
    """,
}
