"""The list of all loads, whoever began them and however: each leads to the step at which it stands."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.loading.checking import Checks
from accounts.admin.loading.columns import Columns
from accounts.admin.loading.forms import label_of
from accounts.admin.loading.results import Results
from accounts.admin.loading.steps import BUSY, where
from accounts.admin.loading.undoing import Undoes
from accounts.admin.loading.upload import Uploads
from accounts.admin.recent import RecentFilter
from accounts.backoffice import ReadOnlyAdmin
from accounts.loading import uploads
from accounts.loading.waiting import LOAD_DATA
from accounts.models import LoadBatch

Status = LoadBatch.Status
GOES_ON = (Status.DRAFT, Status.STOPPED)


@admin.register(LoadBatch)
class LoadBatchAdmin(Uploads, Columns, Checks, Results, Undoes, ReadOnlyAdmin):
    step_pages = {
        "upload": "upload_view",
        "columns": "columns_view",
        "check": "check_view",
        "errors": "errors_view",
        "confirm": "confirm_view",
        "discard": "discard_view",
        "result": "result_view",
        "undo": "undo_view",
    }
    own_addresses = {"template": "template_view"}
    list_display = ["label", "source", "status", "counted", "actor", "started_at", "finished_at", "next_step"]
    list_filter = ["status", RecentFilter, "kind"]
    list_select_related = ["actor"]
    search_fields = ["source", "digest"]
    change_list_template = "admin/loading/list.html"
    change_form_template = "admin/loading/detail.html"
    fieldsets = [
        (None, {"fields": ["label", "source", "system", "digest", "status", "counted", "next_step"]}),
        (
            gettext_lazy("When and by whom"),
            {"fields": ["actor", "started_at", "finished_at", "undone_by", "undone_at"]},
        ),
    ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(LOAD_DATA)

    @staticmethod
    def now() -> datetime:
        return timezone.now()

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def label(self, batch: LoadBatch) -> str:
        return label_of(uploads.layout_of(batch), batch.kind)

    @admin.display(description=gettext_lazy("rows"))
    def counted(self, batch: LoadBatch) -> str:
        """Short, for a list: what was added, changed and refused."""
        parts = {
            "created": _("%(n)d new"),
            "updated": _("%(n)d changed"),
            "unchanged": _("%(n)d as they were"),
            "refused": _("%(n)d refused"),
        }
        sums = {name: sum(kind.get(name, 0) for kind in batch.counts.values()) for name in parts}
        return ", ".join(words % {"n": sums[name]} for name, words in parts.items() if sums[name])

    @admin.display(description=gettext_lazy("go on"))
    def next_step(self, batch: LoadBatch) -> str:
        words = (
            _("Go on") if batch.status in GOES_ON else _("Progress") if batch.status in BUSY else _("Result")
        )
        return format_html(
            '<a href="{}">{}<span class="visually-hidden">: {}</span></a>', where(batch), words, str(batch)
        )
