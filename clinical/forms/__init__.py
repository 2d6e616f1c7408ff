"""The shape of what people type."""

from clinical.forms.basics import PatientSearchForm, ReasonForm, part_of_form
from clinical.forms.notes import AddendumForm, NoteForms

__all__ = ["AddendumForm", "NoteForms", "PatientSearchForm", "ReasonForm", "part_of_form"]
