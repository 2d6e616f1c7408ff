"""The second step of signing up, to which every page for patients leads until it is done."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView

from accounts.errors import FileJoined
from accounts.forms import RegistrationForm
from accounts.models import PatientAccess
from accounts.services.registration import register_self
from accounts.views.pages import PageMixin


class Registration(PageMixin, FormView):
    permission = "accounts.register_self"
    template_name = "accounts/registration.html"
    form_class = RegistrationForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if PatientAccess.objects.self_of(request.user).exists():
            return redirect(settings.LOGIN_REDIRECT_URL)
        if PatientAccess.objects.lost_to_merge(request.user).exists():
            return render(request, "accounts/file_joined.html")
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: RegistrationForm) -> HttpResponse:
        user: Any = self.request.user
        try:
            patient = register_self(user=user, actor=user, now=timezone.now(), **form.cleaned_data)
        except FileJoined:
            return redirect("accounts:registration")
        words = _("You are registered. Your record number is %(number)s.")
        messages.success(self.request, words % {"number": patient.grouped_mrn})
        return redirect(resolve_url(settings.LOGIN_REDIRECT_URL))
