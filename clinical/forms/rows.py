"""Rows of a draft: as many entries as are stored, with empty ones at the end, so that adding needs no script."""

from typing import Any

from django.db.models import Model
from django.forms import BaseFormSet
from django.utils.translation import gettext_lazy as _

ROWS = {
    "extra": 2,
    "can_delete": True,
    "can_delete_extra": False,
    "validate_max": True,
}


class RowsFormSet(BaseFormSet):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A row that was new when it was typed is judged as new, though by now it may be stored: not as empty."""
        super().__init__(*args, **kwargs)
        if self.is_bound and self.initial:
            self.initial = self.initial[: self.initial_form_count()]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove this entry")
            form.helper.layout.fields.append("DELETE")

    def written(self) -> list[dict[str, Any]]:
        """The rows that stay, without the empty ones."""
        kept = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data]
        return [{name: form.cleaned_data[name] for name in form._meta.fields} for form in kept]


def stored(rows: Any, names: list[str]) -> list[dict[str, Any]]:
    return [in_form(row, names) for row in rows]


def in_form(row: Model, names: list[str]) -> dict[str, Any]:
    """Values as a person would have typed them: 0.5 and not 0.500."""
    values = {name: getattr(row, name) for name in names}
    dose = values.get("dose_quantity")
    return values if dose is None else values | {"dose_quantity": f"{dose.normalize():f}"}
