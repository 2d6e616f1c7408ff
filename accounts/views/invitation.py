"""The invited choose their password; opening the link alone changes nothing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts.errors import DomainError
from accounts.forms import InvitationForm
from accounts.invitations import invited
from accounts.models import User
from accounts.services.linking import accept_invitation


@method_decorator([login_not_required, never_cache, sensitive_post_parameters()], name="dispatch")
class Invitation(FormView):
    template_name = "accounts/invitation.html"
    form_class = InvitationForm
    user: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.user = invited(kwargs["token"])
            return super().dispatch(request, *args, **kwargs)
        except DomainError as refusal:
            return render(request, "accounts/invitation_refused.html", {"refusal": refusal}, status=410)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(invited=self.user, **kwargs)

    def form_valid(self, form: InvitationForm) -> HttpResponse:
        try:
            accept_invitation(token=self.kwargs["token"], password=form.cleaned_data["password"])
        except ValidationError as refusal:
            form.add_error("password", refusal)
            return self.form_invalid(form)
        messages.success(self.request, _("Your password is set. Sign in with it now."))
        return redirect("account_login")
