"""Registration in the back office: whoever is known already is shown before anything is saved."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.backoffice import VersionedForm, is_number
from accounts.errors import LikelyTwin


class PatientForm(VersionedForm):
    """Comes back, with all that was typed, while somebody likely the same has not been looked at."""

    twins: Any = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "birth_date" in self.fields:
            words = _("Enter a date like 3 December 1985, or 1985-12-03")
            self.fields["birth_date"].error_messages["invalid"] = words

    def clean(self) -> Any:
        if self.twins:
            raise forms.ValidationError(str(LikelyTwin.message), code="twins")
        return super().clean()


class AsksFirst:
    """Shows the likely twins above the form; the button there sends the form again with their keys."""

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)  # type: ignore[misc]
        form.twins = getattr(request, "twins", ())
        return form

    def in_words(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().in_words(request, self.asking(request, view), *args, **kwargs)  # type: ignore[misc]

    def asking(self, request: HttpRequest, view: Any) -> Callable[..., HttpResponse]:
        def answer(*args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(*args, **kwargs)
            except LikelyTwin as refusal:
                request.twins = refusal.twins  # type: ignore[attr-defined]
                response = view(*args, **kwargs)
                response.status_code = 422
                return response

        return answer

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["twins"] = twins = getattr(request, "twins", ())
        context["twin_keys"] = ",".join(str(twin.patient.pk) for twin in twins)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    @staticmethod
    def seen(request: HttpRequest) -> list[int]:
        """Those whom the page showed when “Register as someone else” was pressed."""
        keys = request.POST.get("not_twins", "").split(",") if "_someone_else" in request.POST else []
        return [int(key) for key in keys if is_number(key)]
