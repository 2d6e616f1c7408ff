"""Departments, places and doctors of the demo."""

from dataclasses import dataclass
from datetime import time

TIME_ZONE = "Europe/London"


@dataclass(frozen=True)
class Ward:
    name: str
    description: str
    opening_hours: str
    phone: str


@dataclass(frozen=True)
class Kind:
    """A type of visit; minutes throughout."""

    name: str
    code: str
    minutes: int
    step: int
    words: str
    after: int = 0
    bookable: bool = True
    needs_approval: bool = False
    daily_limit: int | None = None
    preparation: str = ""


@dataclass(frozen=True)
class Physician:
    given_name: str
    family_name: str
    gender: str
    specialty: str
    department: str
    languages: str
    biography: str


WARDS = [
    Ward("Cardiology", "Heart and blood pressure.", "Monday to Friday, 8am to 6pm", "020 7946 0110"),
    Ward("Dermatology", "Skin, hair and nails.", "Monday to Friday, 9am to 5pm", "020 7946 0120"),
    Ward("General medicine", "The first place to ask.", "Monday to Saturday, 8am to 8pm", "020 7946 0130"),
    Ward("Orthopaedics", "Bones, joints and muscles.", "Monday to Friday, 8am to 5pm", "020 7946 0140"),
    Ward("Paediatrics", "Babies, children and teenagers.", "Every day, 8am to 8pm", "020 7946 0150"),
    Ward("Women's health", "Pregnancy, birth and more.", "Monday to Friday, 8am to 6pm", "020 7946 0160"),
]

PLACES = [
    ("Main building", "1 Riverside Walk", "London", "SE1 9XX"),
    ("Garden clinic", "14 Orchard Lane", "London", "SE1 7YY"),
]

TYPES = [
    Kind(
        "First visit",
        "first-visit",
        minutes=30,
        step=30,
        words="You have not seen this doctor before.",
        preparation="Bring a list of your medicines and letters from other doctors.",
    ),
    Kind(
        "Follow-up",
        "follow-up",
        minutes=20,
        step=20,
        words="You have seen this doctor and come back.",
        preparation="Think of what has changed since the last visit.",
    ),
    Kind(
        "Second opinion",
        "second-opinion",
        minutes=40,
        step=20,
        words="You want another doctor to look at what was found. We answer within two days.",
        needs_approval=True,
        daily_limit=2,
    ),
    Kind(
        "Procedure", "procedure", minutes=60, step=30, after=15, bookable=False, words="Booked by our staff."
    ),
]

PHYSICIANS = [
    Physician(
        "Asha",
        "Rao",
        "female",
        "Cardiology",
        "Cardiology",
        "English, Hindi",
        "Looks after hearts, and takes time to explain.",
    ),
    Physician(
        "Tomás",
        "Echeverría",
        "male",
        "Cardiology",
        "Cardiology",
        "English, Spanish",
        "Blood pressure and rhythm.",
    ),
    Physician(
        "Min", "Lee", "female", "Dermatology", "Dermatology", "English, Korean", "Eczema, acne and moles."
    ),
    Physician(
        "Oluwaseun",
        "Adeyemi",
        "male",
        "Dermatology",
        "Dermatology",
        "English, Yoruba",
        "Skin of every colour.",
    ),
    Physician(
        "Helen",
        "Marsh",
        "female",
        "Internal medicine",
        "General medicine",
        "English",
        "Twenty years of general practice.",
    ),
    Physician(
        "Jakub",
        "Nowak",
        "male",
        "Internal medicine",
        "General medicine",
        "English, Polish",
        "Diabetes and long-term illness.",
    ),
    Physician(
        "Fatima",
        "Zahra",
        "female",
        "Internal medicine",
        "General medicine",
        "English, Arabic, French",
        "Families and older people.",
    ),
    Physician(
        "Ewan", "McAllister", "male", "Orthopaedic surgery", "Orthopaedics", "English", "Knees and hips."
    ),
    Physician(
        "Ingrid",
        "Sørensen",
        "female",
        "Orthopaedic surgery",
        "Orthopaedics",
        "English, Danish",
        "Hands and wrists.",
    ),
    Physician(
        "Hiroshi",
        "Tanaka",
        "male",
        "Sports medicine",
        "Orthopaedics",
        "English, Japanese",
        "Back on your feet after an injury.",
    ),
    Physician(
        "Grace",
        "O'Brien",
        "female",
        "Paediatrics",
        "Paediatrics",
        "English, Irish",
        "From the first day of life.",
    ),
    Physician(
        "Samuel",
        "Mensah",
        "male",
        "Paediatrics",
        "Paediatrics",
        "English, Twi",
        "Asthma and allergies in children.",
    ),
    Physician(
        "Lucía",
        "Fernández",
        "female",
        "Gynaecology",
        "Women's health",
        "English, Spanish",
        "Gynaecology at every age.",
    ),
    Physician(
        "Anneke",
        "de Vries",
        "female",
        "Obstetrics",
        "Women's health",
        "English, Dutch",
        "Pregnancy and birth.",
    ),
]

# Weekday, from, until: every doctor works four of the five days and rests on one.
HOURS = [(time(9), time(12, 30)), (time(13, 30), time(17))]
