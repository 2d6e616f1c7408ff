"""“See as”: the page on which an administrator chooses a role, and the button that ends it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from accounts.errors import DomainError
from accounts.roles import Role
from accounts.services import looking_on
from accounts.views.pages import Page, PageMixin


class SeeAsForm(forms.Form):
    """Any role but the own one, and why."""

    role = forms.ChoiceField(
        label=_("Role"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role"), "invalid_choice": _("Choose one of these roles")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("It is kept in the audit."),
        error_messages={"required": _("Say why")},
    )

    def __init__(self, *args: Any, own: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [choice for choice in Role.choices if choice[0] != own]  # type: ignore[attr-defined]


class SeeAs(PageMixin, FormView):
    permission = looking_on.SEE_AS
    form_class = SeeAsForm
    template_name = "admin/see_as.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"own": self.request.user.role}  # type: ignore[union-attr]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shared = admin.site.each_context(self.request)
        return super().get_context_data(**shared, title=_("See as a role"), **kwargs)

    def form_valid(self, form: SeeAsForm) -> HttpResponse:
        session: Any = self.request.session
        try:
            looking_on.begin(session=session, actor=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except DomainError as refusal:
            form.add_error("role", str(refusal))
            return self.form_invalid(form)
        return redirect("dashboard")

    def form_invalid(self, form: SeeAsForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class StopSeeingAs(Page):
    """Whoever looks on may open it, whatever the role seen."""

    permission = "accounts.view_dashboard"

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("dashboard")

    def post(self, request: HttpRequest) -> HttpResponse:
        looking_on.end(session=request.session, actor=request.user)  # type: ignore[arg-type]
        return redirect("dashboard")
