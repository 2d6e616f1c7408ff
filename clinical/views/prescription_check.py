"""The public question whether a printed prescription is ours. Anyone may ask, ten times a minute."""

from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from clinical.forms.prescription_check import CheckForm
from clinical.services.verifying import confirm


@method_decorator([login_not_required, never_cache], name="dispatch")
class PrescriptionCheck(FormView):
    """The answer comes at once and not by an address of its own: what was asked stands in no history and no log."""

    template_name = "clinical/prescription_check.html"
    form_class = CheckForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not ratelimit.consume(request, action="prescription_check"):
            return ratelimit.respond_429(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: CheckForm) -> HttpResponse:
        answer = {"is_asked": True, "found": confirm(**form.cleaned_data)}
        return self.render_to_response(self.get_context_data(form=form, **answer))

    def form_invalid(self, form: CheckForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
