"""FHIR R4: who and where."""

ATTENDING = """
    availableTime                   Backbone *
    availableTime.daysOfWeek        code=days-of-week *
    availableTime.allDay            boolean
    availableTime.availableStartTime  time
    availableTime.availableEndTime  time
    notAvailable                    Backbone *
    notAvailable.description        string !
    notAvailable.during             Period
    availabilityExceptions          string
    endpoint                        Reference:Endpoint *
"""
TABLES = {
    "Organization": """
        identifier       Identifier *
        active           boolean
        type             CodeableConcept *
        name             string
        alias            string *
        telecom          ContactPoint *
        address          Address *
        partOf           Reference:Organization
        contact          Backbone *
        contact.purpose  CodeableConcept
        contact.name     HumanName
        contact.telecom  ContactPoint *
        contact.address  Address
        endpoint         Reference:Endpoint *
    """,
    "Location": """
        identifier            Identifier *
        status                code=location-status
        operationalStatus     Coding
        name                  string
        alias                 string *
        description           string
        mode                  code=location-mode
        type                  CodeableConcept *
        telecom               ContactPoint *
        address               Address
        physicalType          CodeableConcept
        position              Backbone
        position.longitude    decimal !
        position.latitude     decimal !
        position.altitude     decimal
        managingOrganization  Reference:Organization
        partOf                Reference:Location
        hoursOfOperation              Backbone *
        hoursOfOperation.daysOfWeek   code=days-of-week *
        hoursOfOperation.allDay       boolean
        hoursOfOperation.openingTime  time
        hoursOfOperation.closingTime  time
        availabilityExceptions  string
        endpoint              Reference:Endpoint *
    """,
    "Practitioner": """
        identifier                Identifier *
        active                    boolean
        name                      HumanName *
        telecom                   ContactPoint *
        address                   Address *
        gender                    code=gender
        birthDate                 date
        photo                     Attachment *
        qualification             Backbone *
        qualification.identifier  Identifier *
        qualification.code        CodeableConcept !
        qualification.period      Period
        qualification.issuer      Reference:Organization
        communication             CodeableConcept *
    """,
    "PractitionerRole": """
        identifier         Identifier *
        active             boolean
        period             Period
        practitioner       Reference:Practitioner
        organization       Reference:Organization
        code               CodeableConcept *
        specialty          CodeableConcept *
        location           Reference:Location *
        healthcareService  Reference:HealthcareService *
        telecom            ContactPoint *
    """
    + ATTENDING,
    "Patient": """
        identifier               Identifier *
        active                   boolean
        name                     HumanName *
        telecom                  ContactPoint *
        gender                   code=gender
        birthDate                date
        deceased[x]              boolean|dateTime
        address                  Address *
        maritalStatus            CodeableConcept
        multipleBirth[x]         boolean|integer
        photo                    Attachment *
        contact                  Backbone *
        contact.relationship     CodeableConcept *
        contact.name             HumanName
        contact.telecom          ContactPoint *
        contact.address          Address
        contact.gender           code=gender
        contact.organization     Reference:Organization
        contact.period           Period
        communication            Backbone *
        communication.language   CodeableConcept !
        communication.preferred  boolean
        generalPractitioner      Reference:Organization,Practitioner,PractitionerRole *
        managingOrganization     Reference:Organization
        link                     Backbone *
        link.other               Reference:Patient,RelatedPerson !
        link.type                code=link-type !
    """,
}
