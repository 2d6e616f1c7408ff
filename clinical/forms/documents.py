"""A file and what is said of it."""

from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinical.forms.basics import SEVERAL_IN_A_ROW, part_of_form
from clinical.forms.listed import PastDayField, order_key, words_field
from clinical.models import Document


class DocumentForm(forms.Form):
    """The box to file the same bytes once more stands there only after somebody tried."""

    key = order_key()
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # refused in the words of the service
        error_messages={"required": _("Choose a file."), "missing": _("Choose a file.")},
    )
    anyway = forms.BooleanField(label=_("File it a second time all the same"), required=False)
    title = words_field(
        label=_("Title"),
        required=_("Write what this is, for example: Letter of the eye clinic."),
        max_length=200,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Document.Kind.choices)
    happened_on = PastDayField(
        label=_("Date of the document"),
        required=True,
        initial=timezone.localdate,
        error_messages={"required": _("Enter the day that stands on it.")},
    )
    is_released = forms.BooleanField(label=_("The patient may read it at once"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("PDF, PNG, JPEG or plain text, at most %(most)s.") % {
            "most": filesizeformat(settings.DOCUMENT_MAX_BYTES)
        }
        kind_and_day = Div("kind", "happened_on", css_class=SEVERAL_IN_A_ROW)
        self.helper = part_of_form("key", "file", "title", kind_and_day, "is_released")

    def ask_anyway(self, refusal: str) -> None:
        self.add_error(
            "file",
            _("%(refusal)s Choose it again and tick the box to file it once more.") % {"refusal": refusal},
        )
        self.helper.layout.fields.insert(2, "anyway")
