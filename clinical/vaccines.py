"""Common vaccines by their CVX codes, and against what each of them is.

The codes are those of the CDC's code set of administered vaccines (CVX,
https://www2.cdc.gov/vaccines/iis/iisstandards/vaccines.asp?rpt=cvx); names and grouping are ours.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Vaccine:
    """`against` is what a later dose must cover to meet the due day of an earlier one."""

    code: str
    name: str
    against: frozenset[str]


# Heading of the list, then lines: what it is against, code, name.
TABLE = [
    (
        _("Influenza and COVID-19"),
        """
        influenza | 88 | Influenza, kind not known
        influenza | 140 | Influenza, injected, preservative free
        influenza | 141 | Influenza, injected
        influenza | 150 | Influenza, injected, four strains, preservative free
        influenza | 158 | Influenza, injected, four strains
        influenza | 135 | Influenza, high dose
        influenza | 168 | Influenza, with adjuvant
        influenza | 111 | Influenza, live, nasal spray
        influenza | 149 | Influenza, live, four strains, nasal spray
        covid | 213 | COVID-19, kind not known
        covid | 208 | COVID-19, mRNA, 30 micrograms (Pfizer)
        covid | 207 | COVID-19, mRNA, 100 micrograms (Moderna)
        covid | 210 | COVID-19, viral vector (AstraZeneca)
        covid | 212 | COVID-19, viral vector (Janssen)
        """,
    ),
    (
        _("Tetanus, diphtheria, whooping cough, polio"),
        """
        diphtheria tetanus pertussis | 20 | DTaP
        diphtheria tetanus pertussis | 107 | DTaP, kind not known
        diphtheria tetanus pertussis | 115 | Tdap
        diphtheria tetanus | 113 | Td (adult), preservative free
        diphtheria tetanus | 139 | Td (adult), kind not known
        tetanus | 112 | Tetanus, kind not known
        diphtheria tetanus pertussis polio | 130 | DTaP and polio
        diphtheria tetanus pertussis polio hib | 120 | DTaP, polio and Hib
        diphtheria tetanus pertussis polio hepb | 110 | DTaP, polio and hepatitis B
        diphtheria tetanus pertussis polio hib hepb | 146 | DTaP, polio, Hib and hepatitis B
        polio | 10 | Polio, injected
        polio | 89 | Polio, kind not known
        hib | 48 | Hib (PRP-T)
        hib | 17 | Hib, kind not known
        """,
    ),
    (
        _("Measles, mumps, rubella, chickenpox, shingles"),
        """
        measles mumps rubella | 03 | MMR
        measles mumps rubella chickenpox | 94 | MMR and chickenpox
        chickenpox | 21 | Chickenpox (varicella)
        shingles | 187 | Shingles (zoster), recombinant
        shingles | 121 | Shingles (zoster), live
        """,
    ),
    (
        _("Hepatitis"),
        """
        hepa | 52 | Hepatitis A, adult
        hepa | 83 | Hepatitis A, child
        hepa | 85 | Hepatitis A, kind not known
        hepb | 43 | Hepatitis B, adult
        hepb | 08 | Hepatitis B, child
        hepb | 45 | Hepatitis B, kind not known
        hepa hepb | 104 | Hepatitis A and B
        """,
    ),
    (
        _("Pneumococcus, meningococcus, RSV"),
        """
        pneumococcus | 33 | Pneumococcus, polysaccharide (PPV23)
        pneumococcus | 133 | Pneumococcus, conjugate (PCV13)
        pneumococcus | 215 | Pneumococcus, conjugate (PCV15)
        pneumococcus | 216 | Pneumococcus, conjugate (PCV20)
        meningococcus-acwy | 136 | Meningococcus ACWY (MenACWY-CRM)
        meningococcus-acwy | 203 | Meningococcus ACWY (MenACWY-TT)
        meningococcus-c | 103 | Meningococcus C
        meningococcus-b | 162 | Meningococcus B (FHbp)
        meningococcus-b | 163 | Meningococcus B (4C)
        rsv | 303 | RSV, with adjuvant
        rsv | 305 | RSV, bivalent
        """,
    ),
    (
        _("HPV and rotavirus"),
        """
        hpv | 165 | HPV, nine types
        hpv | 62 | HPV, four types
        hpv | 137 | HPV, kind not known
        rotavirus | 119 | Rotavirus, one strain
        rotavirus | 116 | Rotavirus, five strains
        """,
    ),
    (
        pgettext_lazy("vaccines", "Travel and tuberculosis"),
        """
        tuberculosis | 19 | BCG (tuberculosis)
        rabies | 90 | Rabies, kind not known
        rabies | 18 | Rabies, into the muscle
        typhoid | 101 | Typhoid, injected
        typhoid | 25 | Typhoid, by mouth
        yellow-fever | 37 | Yellow fever
        japanese-encephalitis | 134 | Japanese encephalitis
        tick-borne-encephalitis | 77 | Tick-borne encephalitis, kind not known
        cholera | 26 | Cholera, kind not known
        """,
    ),
]


def read(lines: str) -> list[Vaccine]:
    rows = [[part.strip() for part in line.split("|")] for line in lines.strip().splitlines()]
    return [Vaccine(code, name, frozenset(against.split())) for against, code, name in rows]


GROUPS = [(heading, read(lines)) for heading, lines in TABLE]
VACCINES = {vaccine.code: vaccine for _heading, vaccines in GROUPS for vaccine in vaccines}


def against(code: str, words: str) -> frozenset[str]:
    """What the vaccine is against; one that is not in the table is only like itself."""
    known = VACCINES.get(code)
    return known.against if known else frozenset({code or " ".join(words.casefold().split())})
