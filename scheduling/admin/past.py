"""What has held already stays: reports of that time, and whoever asks why, rely on it."""

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEvent
from scheduling.admin import entries

OVER = gettext_lazy("Its time is over. It stays as it was, so that reports of that time stay true.")


class KeepsPast:
    """Deleting what has begun ends it; what is over cannot be deleted. Put it before the admin class."""

    delete_confirmation_template = "admin/scheduling/end_confirmation.html"

    def is_over(self, row: Any, now: datetime) -> bool:
        raise NotImplementedError

    def has_begun(self, row: Any, now: datetime) -> bool:
        raise NotImplementedError

    def end(self, row: Any, now: datetime, request: HttpRequest) -> None:
        """From now on, and not before; the doctors are locked."""
        raise NotImplementedError

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        names, counts, lacking, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc]
        over = [str(OVER) for row in objs if self.is_over(row, timezone.now())]
        return names, counts, lacking, [*protected, *over]

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        context["ends"] = self.has_begun(context["object"], timezone.now())
        return super().render_delete_form(request, context)  # type: ignore[misc]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        now = timezone.now()
        request.ended = self.has_begun(obj, now)  # type: ignore[attr-defined]
        if request.ended:  # type: ignore[attr-defined]
            entries.lock(self.doctors_of(obj))  # type: ignore[attr-defined]
            self.end(obj, now, request)
            self.tell_outside(request, self.affected(obj))  # type: ignore[attr-defined]
        else:
            super().delete_model(request, obj)  # type: ignore[misc]

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        if not request.ended:  # type: ignore[attr-defined]
            return super().response_delete(request, obj_display, obj_id)  # type: ignore[misc]
        words = _("%(name)s has ended. What was before stays.") % {"name": obj_display}
        self.message_user(request, words, messages.SUCCESS)  # type: ignore[attr-defined]
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))  # type: ignore[attr-defined]


def made_before(row: Any, day: date) -> bool:
    """Whether the row stood on an earlier day already: what was entered by mistake today may go for good."""
    made = AuditEvent.objects.filter(target_table=row._meta.db_table, target_id=str(row.pk), action="create")
    return not made.filter(recorded_at__gte=midnight(day)).exists()


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
