"""The complex types of FHIR R4, and what every resource has."""

RESOURCE = """
    id                 id
    meta               Meta
    implicitRules      uri
    language           code
    text               Narrative
    contained          Resource *
    extension          Extension *
    modifierExtension  Extension *
"""
ELEMENT = """
    id         string
    extension  Extension *
"""
QUANTITY = """
    value       decimal
    comparator  code=age-comparator
    unit        string
    system      uri
    code        code
"""
ANYTHING = (
    "base64Binary|boolean|canonical|code|date|dateTime|decimal|id|instant|integer|markdown|oid|positiveInt|string"
    "|time|unsignedInt|uri|url|uuid|Address|Age|Annotation|Attachment|CodeableConcept|Coding|ContactPoint|Count"
    "|Distance|Duration|HumanName|Identifier|Money|Period|Quantity|Range|Ratio|Reference|SampledData|Signature"
    "|Timing|ContactDetail|Contributor|DataRequirement|Expression|ParameterDefinition|RelatedArtifact"
    "|TriggerDefinition|UsageContext|Dosage|Meta"
)
BODIES = {
    "Address": """
        use         code=address-use
        type        code=address-type
        text        string
        line        string *
        city        string
        district    string
        state       string
        postalCode  string
        country     string
        period      Period
    """,
    "Annotation": """
        author[x]  Reference:Practitioner,Patient,RelatedPerson,Organization|string
        time       dateTime
        text       markdown !
    """,
    "Attachment": """
        contentType  code
        language     code
        data         base64Binary
        url          url
        size         unsignedInt
        hash         base64Binary
        title        string
        creation     dateTime
    """,
    "CodeableConcept": """
        coding  Coding *
        text    string
    """,
    "Coding": """
        system        uri
        version       string
        code          code
        display       string
        userSelected  boolean
    """,
    "ContactPoint": """
        system  code=contact-system
        value   string
        use     code=contact-use
        rank    positiveInt
        period  Period
    """,
    "Dosage": """
        modifierExtension         Extension *
        sequence                  integer
        text                      string
        additionalInstruction     CodeableConcept *
        patientInstruction        string
        timing                    Timing
        asNeeded[x]               boolean|CodeableConcept
        site                      CodeableConcept
        route                     CodeableConcept
        method                    CodeableConcept
        doseAndRate               Backbone *
        doseAndRate.type          CodeableConcept
        doseAndRate.dose[x]       Range|Quantity
        doseAndRate.rate[x]       Ratio|Range|Quantity
        maxDosePerPeriod          Ratio
        maxDosePerAdministration  Quantity
        maxDosePerLifetime        Quantity
    """,
    "Extension": f"""
        url       uri !
        value[x]  {ANYTHING}
    """,
    "HumanName": """
        use     code=name-use
        text    string
        family  string
        given   string *
        prefix  string *
        suffix  string *
        period  Period
    """,
    "Identifier": """
        use       code=identifier-use
        type      CodeableConcept
        system    uri
        value     string
        period    Period
        assigner  Reference:Organization
    """,
    "Meta": """
        versionId    id
        lastUpdated  instant
        source       uri
        profile      canonical *
        security     Coding *
        tag          Coding *
    """,
    "Narrative": """
        status  code=narrative-status !
        div     xhtml !
    """,
    "Period": """
        start  dateTime
        end    dateTime
    """,
    "Quantity": QUANTITY,
    "Age": QUANTITY,
    "Count": QUANTITY,
    "Distance": QUANTITY,
    "Duration": QUANTITY,
    "Range": """
        low   Quantity
        high  Quantity
    """,
    "Ratio": """
        numerator    Quantity
        denominator  Quantity
    """,
    "Reference": """
        reference   string
        type        uri
        identifier  Identifier
        display     string
    """,
    "SampledData": """
        origin      Quantity !
        period      decimal !
        factor      decimal
        lowerLimit  decimal
        upperLimit  decimal
        dimensions  positiveInt !
        data        string
    """,
    "Timing": """
        modifierExtension    Extension *
        event                dateTime *
        repeat               Backbone
        repeat.bounds[x]     Duration|Range|Period
        repeat.count         positiveInt
        repeat.countMax      positiveInt
        repeat.duration      decimal
        repeat.durationMax   decimal
        repeat.durationUnit  code=time-unit
        repeat.frequency     positiveInt
        repeat.frequencyMax  positiveInt
        repeat.period        decimal
        repeat.periodMax     decimal
        repeat.periodUnit    code=time-unit
        repeat.dayOfWeek     code=days-of-week *
        repeat.timeOfDay     time *
        repeat.when          code=event-timing *
        repeat.offset        unsignedInt
        code                 CodeableConcept
    """,
}
TABLES = {name: ELEMENT + body for name, body in BODIES.items()}
