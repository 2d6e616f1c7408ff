"""What the demo's doctors write: plain cases, one for each kind of ward."""

from typing import Any

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"


def case(
    complaint: str,
    examination: str,
    assessment: str,
    plan: str,
    code: str,
    display: str,
    medicine: dict[str, Any],
) -> dict[str, Any]:
    sections = {
        "complaint": complaint,
        "history": "No relevant illness before. Does not smoke.",
        "examination": examination,
        "assessment": assessment,
        "plan": plan,
        "notes": "",
    }
    diagnosis = {
        "system": ICD10CM,
        "code": code,
        "display": display,
        "kind": "principal",
        "verification": "confirmed",
    }
    return {"sections": sections, "diagnoses": [diagnosis], "items": [medicine] if medicine else []}


# From these follows how much is handed out.
CODES = {"once a day": "QD", "twice a day": "BID", "three times a day with food": "TID"}


def medicine(name: str, strength: str, dose: str, unit: str, frequency: str, days: int) -> dict[str, Any]:
    return {
        "medicine": name,
        "strength": strength,
        "dose_quantity": dose,
        "dose_unit": unit,
        "route": "by mouth",
        "frequency": frequency,
        "frequency_code": CODES.get(frequency, ""),
        "duration_days": days,
    }


CASES = {
    "Cardiology": case(
        "Headaches in the morning for three weeks.",
        "Blood pressure 152/94 mmHg sitting, both arms. Heart sounds normal.",
        "Essential hypertension, newly found.",
        "Less salt, walking every day, tablets; blood pressure again in four weeks.",
        "I10",
        "Essential (primary) hypertension",
        medicine("Amlodipine", "5 mg tablet", "1", "tablet", "once a day", 28),
    ),
    "Dermatology": case(
        "Itchy dry patches at the elbows.",
        "Dry, slightly red plaques at both elbows. No sign of infection.",
        "Atopic dermatitis, mild.",
        "Moisturise twice a day, cream for one week.",
        "L20.9",
        "Atopic dermatitis, unspecified",
        medicine("Hydrocortisone", "1% cream", "1", "application", "twice a day", 7),
    ),
    "General medicine": case(
        "Sore throat and a cough for four days.",
        "Temperature 37.6 degrees Celsius. Throat red, no pus. Lungs clear.",
        "Acute upper respiratory infection.",
        "Rest and drink; come back if it is not better in a week.",
        "J06.9",
        "Acute upper respiratory infection, unspecified",
        medicine("Paracetamol", "500 mg tablet", "2", "tablets", "up to four times a day", 5),
    ),
    "Orthopaedics": case(
        "Right knee hurts on stairs since a fall.",
        "Slight swelling, full movement, ligaments firm.",
        "Sprain of the knee.",
        "Exercises with a physiotherapist, no running for four weeks.",
        "M25.561",
        "Pain in right knee",
        medicine("Ibuprofen", "400 mg tablet", "1", "tablet", "three times a day with food", 7),
    ),
    "Paediatrics": case(
        "Wheezes after running.",
        "Breathes easily at rest, mild wheeze on both sides.",
        "Mild intermittent asthma.",
        "Inhaler before sport, technique shown, see again in three months.",
        "J45.20",
        "Mild intermittent asthma, uncomplicated",
        medicine("Salbutamol", "100 micrograms inhaler", "2", "puffs", "before sport", 90),
    ),
    "Women's health": case(
        "Routine check.",
        "Examination without findings.",
        "Healthy.",
        "Next check in one year.",
        "Z01.419",
        "Gynaecological examination without abnormal findings",
        {},
    ),
}
