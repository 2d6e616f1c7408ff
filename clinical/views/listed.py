"""What the pages of the chart's lists share: forms about one row, and the question about what was there before."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from accounts.models import Patient
from clinical.errors import ListedBefore
from clinical.views.chart_pages import ChartForm


class RowForm(ChartForm):
    """A form about one row of the chart, which the address names; its patient is the form's."""

    model: ClassVar[Any]

    def patient(self) -> Patient:
        return self.row().patient

    def row(self) -> Any:
        rows = self.rows_to_change().select_related("patient")
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    def rows_to_change(self) -> Any:
        """Mistakes do not change any more; to whoever has typed something already, the service says so."""
        rows = self.model.objects.visible_to(self.request.user, self.permission)
        return rows if self.request.method == "POST" else rows.valid()

    def show(self, patient: Patient, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return super().show(patient, {"row": self.row()} | context, status)


class ListedAdd(ChartForm):
    """Asks, on a page of its own, what to do about an entry of the same thing that is over."""

    twin_template = "clinical/listed_twin.html"
    earlier: Any = None

    def save(self, patient: Patient, form: Any) -> None:
        try:
            self.add(patient, form)
        except ListedBefore as error:
            self.earlier = error.row
            raise

    def add(self, patient: Patient, form: Any) -> None:
        raise NotImplementedError(type(self))

    def choice(self) -> str:
        return self.request.POST.get("twin", "")

    def ask(self, patient: Patient, form: Any, status: int = 200) -> HttpResponse:
        if self.earlier is None:
            return super().ask(patient, form, status)
        self.template_name = self.twin_template
        context = {"form": form, "earlier": self.earlier, "back_url": self.next_url(patient)}
        return self.show(patient, context, status)
