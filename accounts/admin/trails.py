"""Pages to look at: messages, loads, and what was done by whom."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import outbox
from accounts.admin.behaviour import row_by_row
from accounts.backoffice import ReadOnlyAdmin
from accounts.models import AuditEvent, LoadBatch, Message, SourceReference


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["kind", "receiver", "status", "attempts", "recorded_at", "sent_at", "last_error"]
    list_filter = ["status", "kind"]
    list_select_related = ["recipient"]
    search_fields = ["recipient__email", "address"]
    actions = ["retry"]
    fieldsets = [
        (None, {"fields": ["kind", "receiver", "status", "public_id"]}),
        (gettext_lazy("About"), {"fields": ["target_model", "target_id"]}),
        (
            gettext_lazy("Sending"),
            {
                "fields": [
                    "recorded_at",
                    "attempts",
                    "next_attempt_at",
                    "lease_until",
                    "last_error",
                    "sent_at",
                ]
            },
        ),
    ]

    @admin.display(description=gettext_lazy("to"))
    def receiver(self, message: Message) -> str:
        return message.address or (message.recipient.email if message.recipient else "")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.retry_message")

    @admin.action(description=gettext_lazy("Retry failed messages"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: Any) -> None:
        def act(message: Message) -> str:
            outbox.retry(message=message, actor=request.user, now=timezone.now())
            return _("The message to %(address)s is tried again.") % {"address": self.receiver(message)}

        row_by_row(self, request, queryset.failed(), act)


@admin.register(LoadBatch)
class LoadBatchAdmin(ReadOnlyAdmin):
    list_display = ["kind", "source", "status", "actor", "started_at", "finished_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["actor"]
    search_fields = ["source", "digest"]
    fieldsets = [
        (None, {"fields": ["kind", "source", "digest", "status", "counts"]}),
        (gettext_lazy("When and by whom"), {"fields": ["actor", "started_at", "finished_at"]}),
    ]


@admin.register(SourceReference)
class SourceReferenceAdmin(ReadOnlyAdmin):
    list_display = ["system", "kind", "value", "target_id", "batch"]
    list_filter = ["kind"]
    list_select_related = ["batch"]
    search_fields = ["value"]
    fieldsets = [(None, {"fields": ["system", "kind", "value", "digest", "target_id", "batch"]})]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Says which columns changed, never what stood in them."""

    list_display = [
        "recorded_at",
        "actor",
        "role",
        "what",
        "target_table",
        "target_id",
        "mrn",
        "columns",
        "reason",
    ]
    list_filter = ["action", "source"]
    list_select_related = ["actor", "patient"]
    search_fields = ["target_table", "target_id", "patient__mrn", "actor__email"]
    fieldsets = [
        (None, {"fields": ["recorded_at", "happened_at", "actor", "role", "what", "reason", "source"]}),
        (gettext_lazy("About"), {"fields": ["target_table", "target_id", "mrn", "columns"]}),
        (gettext_lazy("Through"), {"fields": ["batch_id", "db_role", "ip_address", "request_id"]}),
    ]

    @admin.display(description=gettext_lazy("action"), ordering="action")
    def what(self, event: AuditEvent) -> str:
        return event.action_label

    @admin.display(description=gettext_lazy("patient"))
    def mrn(self, event: AuditEvent) -> str:
        return event.patient.grouped_mrn if event.patient else ""

    @admin.display(description=gettext_lazy("changed columns"))
    def columns(self, event: AuditEvent) -> str:
        return ", ".join(sorted(event.changes or {}))
