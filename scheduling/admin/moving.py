"""The page that moves one visit: what reception does for a patient on the telephone."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.backoffice import RowChoice
from accounts.errors import DomainError, StaleVersion
from scheduling.admin.forms import BEYOND_FIELDSET, MoveForm
from scheduling.models import Appointment, Status
from scheduling.rules import MOVE
from scheduling.services.moving import move
from scheduling.templatetags.visits import moment_at

FIELDSETS = [
    (gettext_lazy("New time"), {"fields": ["doctor", "start", "reason"]}),
    BEYOND_FIELDSET,
    (None, {"fields": ["version"], "classes": ["hidden"]}),
]


class Moving:
    """Adds the page "Move…" to the admin of appointments."""

    def get_urls(self) -> list[URLPattern]:
        name = "scheduling_appointment_move"
        own = path("<path:object_id>/move/", self.wrapped(self.move_view), name=name)
        return [own, *super().get_urls()]  # type: ignore[misc]

    def wrapped(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """As the admin wraps its own pages: for those who may work in the back office."""

        def page(*args: Any, **kwargs: Any) -> HttpResponse:
            return self.admin_site.admin_view(view)(*args, **kwargs)  # type: ignore[attr-defined]

        page.model_admin = self  # type: ignore[attr-defined]
        return update_wrapper(page, view)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The object tool stands where the visit can be moved."""
        visit = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        may = visit is not None and visit.status == Status.BOOKED and request.user.has_perm(MOVE, visit)
        kwargs["extra_context"] = (kwargs.get("extra_context") or {}) | {"may_move": may}
        return super().change_view(request, object_id, *args, **kwargs)  # type: ignore[misc]

    def move_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not request.user.has_perm(MOVE):
            raise PermissionDenied
        visit = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if visit is None:
            raise Http404
        form = self.move_form(request, visit)
        if request.method == "POST" and form.is_valid() and self.moved(form, visit):
            where = moment_at(form.cleaned_data["start"], visit.location.time_zone)
            self.message_user(
                request, _("The visit is moved to %(when)s.") % {"when": where}, messages.SUCCESS
            )  # type: ignore[attr-defined]
            return HttpResponseRedirect(reverse("admin:scheduling_appointment_change", args=[visit.pk]))
        return self.ask_where(request, visit, form)

    def move_form(self, request: HttpRequest, visit: Appointment) -> MoveForm:
        initial = {"doctor": visit.doctor_id, "start": visit.start_at, "version": visit.version}
        form = MoveForm(request.POST if request.method == "POST" else None, initial=initial)
        form.actor = request.user
        box = RowChoice(Appointment._meta.get_field("doctor"), self.admin_site)  # type: ignore[attr-defined]
        box.choices = form.fields["doctor"].choices
        form.fields["doctor"].widget = box
        return form

    def moved(self, form: MoveForm, visit: Appointment) -> bool:
        typed = form.cleaned_data
        try:
            move(
                appointment=visit,
                doctor=typed["doctor"],
                start=typed["start"],
                version=typed["version"],
                actor=form.actor,
                now=timezone.now(),
                reason=typed["reason"],
                beyond=form.beyond,
            )
        except StaleVersion:
            raise
        except DomainError as error:
            form.refuse(error, visit.type, visit)
        return not form.errors

    def ask_where(self, request: HttpRequest, visit: Appointment, form: MoveForm) -> HttpResponse:
        context = self.admin_site.each_context(request) | {  # type: ignore[attr-defined]
            "title": _("Move visit"),
            "opts": self.opts,  # type: ignore[attr-defined]
            "visit": visit,
            "adminform": AdminForm(form, FIELDSETS, {}, model_admin=self),  # type: ignore[arg-type]
            "form": form,
            "media": self.media + form.media,  # type: ignore[attr-defined]
        }
        template = "admin/scheduling/appointment/move.html"
        return TemplateResponse(request, template, context, status=422 if form.errors else 200)
