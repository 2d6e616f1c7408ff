"""What one's role may do, made from the table itself, so that it cannot say anything else."""

from typing import Any

from django.views.generic import TemplateView

from accounts.roles import TABLE, WORDS, Role
from accounts.views.pages import PageMixin


class MyRole(PageMixin, TemplateView):
    permission = "accounts.view_role"
    template_name = "accounts/role.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        role = Role(self.request.user.shown_role)
        rows = [{"label": WORDS[name], "value": reach.value} for name, reach in TABLE[role].items()]
        rows.sort(key=lambda row: str(row["label"]))
        return super().get_context_data(role=role.label, rows=rows, **kwargs)
