"""What stands in the charts of those whom the doctor who signs in sees: made up, counted in days from today."""

from dataclasses import dataclass, field

from clinical.models.allergy import SNOMED
from clinical.models.icd10 import ICD10CM
from clinical.models.prescription import RXNORM

LOINC = "http://loinc.org"


@dataclass(frozen=True)
class Problem:
    code: str
    display: str
    days_ago: int
    over_days_ago: int | None = None

    @property
    def named(self) -> dict[str, str]:
        return {"system": ICD10CM, "code": self.code, "display": self.display}


@dataclass(frozen=True)
class Substance:
    """`reactions` are what happened and how bad it was."""

    system: str
    code: str
    display: str
    category: str
    criticality: str
    reactions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Round:
    """One visit's measurements: pressure, heart rate, weight."""

    days_ago: int
    pressure: tuple[int, int]
    heart_rate: int
    weight: str


@dataclass(frozen=True)
class Vaccination:
    code: str
    display: str
    days_ago: int
    due_after_days: int | None = None
    dose_number: int | None = None


@dataclass(frozen=True)
class History:
    """Of the patient with this number; without allergies the patient was asked, or not, as `was_asked` says."""

    number: int
    height: int
    rounds: tuple[Round, ...]
    problems: tuple[Problem, ...] = ()
    allergies: tuple[Substance, ...] = ()
    was_asked: bool = False
    vaccinations: tuple[Vaccination, ...] = field(default=())


PENICILLIN = Substance(
    RXNORM,
    "7984",
    "Penicillin V",
    "medication",
    "high",
    (("Hives", "moderate"), ("Wheezing", "severe")),
)
LATEX = Substance(SNOMED, "111088007", "Latex", "environment", "low", (("Itching", "mild"),))
PEANUT = Substance(SNOMED, "762952008", "Peanut", "food", "high", (("Swelling of the lips", "severe"),))

HISTORIES = [
    History(
        number=0,
        height=166,
        rounds=(
            Round(728, (158, 98), 84, "78.4"),
            Round(637, (152, 96), 82, "77.9"),
            Round(546, (149, 94), 80, "76.2"),
            Round(455, (144, 91), 79, "75.6"),
            Round(364, (139, 88), 76, "74.1"),
            Round(273, (136, 86), 76, "73.8"),
            Round(182, (133, 84), 74, "72.5"),
            Round(91, (131, 83), 72, "71.9"),
        ),
        problems=(
            Problem("I10", "Essential (primary) hypertension", 728),
            Problem("J30.2", "Other seasonal allergic rhinitis", 2600),
            Problem("D50.9", "Iron deficiency anemia, unspecified", 1500, over_days_ago=1200),
        ),
        allergies=(PENICILLIN,),
        vaccinations=(
            Vaccination("140", "Influenza, injected, preservative free", 420, due_after_days=365),
            Vaccination("208", "COVID-19, mRNA, 30 micrograms (Pfizer)", 1100, dose_number=3),
            Vaccination("113", "Tetanus and diphtheria, adult, preservative free", 2000, due_after_days=3650),
        ),
    ),
    History(
        number=1,
        height=181,
        rounds=(
            Round(500, (126, 78), 68, "86.0"),
            Round(240, (129, 80), 70, "88.5"),
            Round(60, (131, 82), 71, "90.2"),
        ),
        problems=(Problem("E78.5", "Hyperlipidemia, unspecified", 500),),
        was_asked=True,
    ),
    History(
        number=2,
        height=172,
        rounds=(Round(300, (118, 74), 64, "69.5"), Round(120, (116, 72), 63, "68.9")),
        problems=(Problem("E11.9", "Type 2 diabetes mellitus without complications", 900),),
        allergies=(LATEX, PEANUT),
    ),
    History(
        number=3,
        height=169,
        rounds=(Round(200, (134, 85), 90, "81.3"), Round(45, (137, 87), 88, "82.0")),
        was_asked=True,
    ),
    History(number=5, height=175, rounds=(Round(150, (122, 76), 66, "74.0"),)),
]


@dataclass(frozen=True)
class Test:
    """A result of the demo patient's; `patient_sees` is the release policy."""

    code: str
    display: str
    value: str
    unit: str
    low: str | None
    high: str | None
    days_ago: int
    is_reviewed: bool = True
    patient_sees: str = "after-review"
    release_days: int | None = None
    corrected_to: str = ""


TESTS = [
    Test("4548-4", "Haemoglobin A1c", "5.4", "%", "4.0", "5.6", 364),
    Test("38483-4", "Creatinine", "0.8", "mg/dL", "0.6", "1.1", 364),
    Test("38483-4", "Creatinine", "0.9", "mg/dL", "0.6", "1.1", 91),
    Test("2947-0", "Sodium", "140", "mmol/L", "135", "145", 91),
    Test("6298-4", "Potassium", "6.1", "mmol/L", "3.5", "5.1", 91, corrected_to="4.2"),
    Test(
        "18262-6",
        "LDL cholesterol",
        "164",
        "mg/dL",
        None,
        "130",
        3,
        is_reviewed=False,
        patient_sees="at-once",
    ),
    Test(
        "2276-4",
        "Ferritin",
        "11",
        "ug/L",
        "15",
        "150",
        2,
        is_reviewed=False,
        patient_sees="after-days",
        release_days=14,
    ),
]

TEMPLATES = [
    {
        "name": "First visit",
        "type": "first-visit",
        "complaint": "Comes because of:",
        "history": "Illnesses and operations:\nFamily:\nSmoking, alcohol:",
        "examination": "General:\nHeart and lungs:\nAbdomen:",
        "plan": "Tests:\nTreatment:\nNext visit:",
    },
    {
        "name": "Follow-up",
        "type": "follow-up",
        "complaint": "Since the last visit:",
        "assessment": "Better, worse or the same:",
        "plan": "Goes on with:\nChanges:\nNext visit:",
    },
    {"name": "Blood pressure check", "type": "", "examination": "Blood pressure, both arms, sitting:"},
]

LETTER = """\
Riverside Eye Clinic
14 Orchard Lane, London SE1 7YY

Dear colleague,

thank you for sending us Ana Silva. We looked at the back of both eyes: no sign of harm by high blood
pressure. Sight is 6/6 on both sides. The next check is due in two years.

With kind regards
Dr Helen Marsh
"""
