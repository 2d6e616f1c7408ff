"""Substances and the classes whose members share an allergy: a small table of facts, no drug database.

Sources. Names and codes of substances, and who belongs to which class by its code: ATC/DDD Index of the WHO
Collaborating Centre for Drug Statistics Methodology, https://atcddd.fhi.no/atc_ddd_index/. RxNorm ingredients:
US National Library of Medicine, where the code is certain; words are compared besides in any case.
SNOMED CT codes: those that HL7's examples and sample data use for such allergies.
What reacts across classes is cited where it stands.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

ATC_INDEX = "WHO ATC/DDD Index, https://atcddd.fhi.no/atc_ddd_index/"
LANCET = "Blumenthal KG et al., Antibiotic allergy, Lancet 2019;393:183-198"
PARAMETER = "Khan DA et al., Drug allergy: a 2022 practice parameter update, J Allergy Clin Immunol 2022;150:1333-1393"
LABEL = "Carbamazepine, summary of product characteristics, section 4.4"


@dataclass(frozen=True)
class Substance:
    """By its international non-proprietary name; `also` are other spellings of the very same."""

    name: str
    atc: tuple[str, ...]
    rxnorm: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class DrugClass:
    """Members are the substances with a code below one of `atc`; `names` are what people call the class."""

    key: str
    words: Any
    atc: tuple[str, ...]
    names: tuple[str, ...]
    source: str = ATC_INDEX


@dataclass(frozen=True)
class Cross:
    """An allergy to one class warns for the other, both ways."""

    classes: tuple[str, str]
    words: Any
    source: str


CLASSES = [
    DrugClass(
        "penicillins", _("penicillins"), ("J01CA", "J01CE", "J01CF"), ("penicillin", "penicillins", "pcn")
    ),
    DrugClass(
        "cephalosporins",
        _("cephalosporins"),
        ("J01DB", "J01DC", "J01DD", "J01DE", "J01DI"),
        ("cephalosporin", "cephalosporins", "cefalosporin", "cefalosporins"),
    ),
    DrugClass("carbapenems", _("carbapenems"), ("J01DH",), ("carbapenem", "carbapenems")),
    DrugClass(
        "sulfonamides",
        _("sulfonamide antibiotics"),
        ("J01EB", "J01EC", "J01ED"),
        ("sulfonamide", "sulfonamides", "sulphonamide", "sulphonamides", "sulfa", "sulpha", "sulfa drugs"),
    ),
    DrugClass("macrolides", _("macrolides"), ("J01FA",), ("macrolide", "macrolides")),
    DrugClass(
        "quinolones",
        _("quinolones"),
        ("J01MA", "J01MB"),
        ("quinolone", "quinolones", "fluoroquinolone", "fluoroquinolones"),
    ),
    DrugClass("tetracyclines", _("tetracyclines"), ("J01AA",), ("tetracyclines",)),
    DrugClass("aminoglycosides", _("aminoglycosides"), ("J01G",), ("aminoglycoside", "aminoglycosides")),
    DrugClass(
        "nsaids",
        _("anti-inflammatory painkillers (NSAIDs) and aspirin"),
        ("M01A", "N02BA"),
        ("nsaid", "nsaids", "salicylate", "salicylates", "non steroidal anti inflammatory drugs"),
        PARAMETER,
    ),
    DrugClass("opioids", _("opioids"), ("N02A", "R05DA04"), ("opioid", "opioids", "opiate", "opiates")),
    DrugClass("ace-inhibitors", _("ACE inhibitors"), ("C09A",), ("ace inhibitor", "ace inhibitors")),
    DrugClass(
        "sartans",
        _("angiotensin receptor blockers"),
        ("C09C",),
        ("sartan", "sartans", "angiotensin receptor blocker", "angiotensin receptor blockers"),
    ),
    DrugClass("statins", _("statins"), ("C10AA",), ("statin", "statins")),
    DrugClass(
        "antiepileptics",
        _("carbamazepine and its relatives"),
        ("N03AA", "N03AB", "N03AF"),
        ("hydantoin", "hydantoins", "barbiturate", "barbiturates"),
        LABEL,
    ),
    DrugClass("insulins", _("insulins"), ("A10A",), ("insulin", "insulins")),
    DrugClass("heparins", _("heparins"), ("B01AB",), ("heparins",)),
    DrugClass(
        "iodinated-contrast",
        _("iodinated contrast media"),
        ("V08A",),
        ("iodinated contrast", "iodinated contrast medium", "iodinated contrast media", "iodine contrast"),
    ),
    DrugClass(
        "local-anaesthetics",
        _("local anaesthetics of the amide kind"),
        ("N01BB",),
        ("local anaesthetic", "local anaesthetics", "local anesthetic", "local anesthetics"),
    ),
    DrugClass(
        "benzodiazepines",
        _("benzodiazepines"),
        ("N05BA", "N05CD"),
        ("benzodiazepine", "benzodiazepines"),
    ),
]

CROSSES = [
    Cross(
        ("penicillins", "cephalosporins"),
        _(
            "Few people with an allergy to one also react to the other; more do when the side chains are alike."
        ),
        LANCET,
    ),
    Cross(("penicillins", "carbapenems"), _("Fewer than one in a hundred react to both."), PARAMETER),
]

# What one word stands for when it names several substances.
COMBINATIONS = {
    "co amoxiclav": ("amoxicillin", "clavulanic acid"),
    "coamoxiclav": ("amoxicillin", "clavulanic acid"),
    "co trimoxazole": ("sulfamethoxazole", "trimethoprim"),
    "cotrimoxazole": ("sulfamethoxazole", "trimethoprim"),
    "co fluampicil": ("flucloxacillin", "ampicillin"),
    "co codamol": ("codeine", "paracetamol"),
    "co dydramol": ("dihydrocodeine", "paracetamol"),
    "co codaprin": ("codeine", "acetylsalicylic acid"),
}
RXNORM_COMBINATIONS = {"10831": "co trimoxazole"}
# Codes of SNOMED CT, by the name that the table knows: substances, then allergies to them.
SNOMED_NAMES = {
    "764146007": "penicillin",
    "373270004": "penicillin",
    "372687004": "amoxicillin",
    "387207008": "ibuprofen",
    "387458008": "aspirin",
    "387517004": "paracetamol",
    "387494007": "codeine",
    "91936005": "penicillin",
    "91939003": "sulfonamide",
    "293584003": "paracetamol",
    "293586001": "aspirin",
    "294505008": "amoxicillin",
}
