"""What is missing is asked for by its name."""

from typing import Any

import pytest

from clinical.forms.medicines import MedicineForm
from clinical.forms.notes import AddendumForm, DiagnosisForm

DIAGNOSIS = {"kind": "principal", "verification": "confirmed"}


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        (DiagnosisForm(DIAGNOSIS), {"display": "Write the diagnosis in words."}),
        (
            MedicineForm({"strength": "5 mg"}),
            {
                "medicine": "Write the name of the medicine.",
                "dose_quantity": "Write how much is taken at a time.",
                "dose_unit": "Write the unit, for example tablet or ml.",
                "frequency": "Write how often it is taken.",
                "refills": "Write 0 when nothing may be refilled.",
            },
        ),
        (
            AddendumForm({"key": "0b9f3c6e-6f5e-4a3b-9d0f-2f8f3f0c7d11"}),
            {"reason": "Say why you add to the record.", "text": "Write what you add."},
        ),
    ],
)
def test_each_form_says_what_to_write(form: Any, missing: dict[str, str]) -> None:
    assert form.errors == {name: [words] for name, words in missing.items()}
