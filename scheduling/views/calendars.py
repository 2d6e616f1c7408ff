"""A visit as a file that calendars read."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from accounts.views.pages import Page
from scheduling.calendar import as_calendar
from scheduling.models import Appointment, Status


class CalendarFile(Page):
    """Opened again after a change, the same entry moves: calendars know it by its id and number."""

    permission = "scheduling.view_appointment"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        visit = self.visible(Appointment.objects.with_people(), public_id=public_id)
        if visit.status in (Status.HELD, Status.EXPIRED):
            raise Http404
        content = as_calendar(visit, now=timezone.now())
        answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="appointment.ics"'
        return answer
