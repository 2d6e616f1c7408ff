"""Pages to look at: messages, where loaded rows came from, and what was done by whom."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import mrn, outbox
from accounts.admin.behaviour import row_by_row
from accounts.admin.known import ActionFilter, MessageKindFilter, SubjectFilter
from accounts.backoffice import ReadOnlyAdmin
from accounts.models import AuditEvent, Message, Patient, SourceReference, User
from accounts.roles import Role


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["kind", "receiver", "status", "attempts", "recorded_at", "sent_at", "last_error"]
    list_filter = ["status", MessageKindFilter]
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


@admin.register(SourceReference)
class SourceReferenceAdmin(ReadOnlyAdmin):
    list_display = ["system", "kind", "value", "target_id", "batch"]
    list_select_related = ["batch"]
    search_fields = ["value__exact"]
    search_help_text = gettext_lazy("The whole key")
    fieldsets = [(None, {"fields": ["system", "kind", "value", "digest", "target_id", "batch"]})]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Says which columns changed, never what stood in them."""

    list_display = [
        "recorded_at",
        "actor",
        "role_shown",
        "what",
        "about",
        "mrn",
        "columns",
        "reason",
    ]
    list_filter = [ActionFilter, SubjectFilter, "source", "recorded_at"]
    list_select_related = ["actor", "patient"]
    sortable_by = ["recorded_at"]
    search_fields = ["actor__email", "patient__mrn"]
    search_help_text = gettext_lazy("E-mail address of who did it, or record number of the patient")
    fieldsets = [
        (None, {"fields": ["recorded_at", "happened_at", "actor", "role_shown", "what", "reason", "source"]}),
        (gettext_lazy("About"), {"fields": ["about", "mrn", "columns"]}),
        (gettext_lazy("Through"), {"fields": ["batch_id", "db_role", "ip_address", "request_id"]}),
    ]

    def get_search_results(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        """By people whom an index finds: the audit is the longest table of the house."""
        if not term.strip():
            return queryset, False
        actors = User.objects.filter(email__startswith=term.strip().lower()).values("pk")
        patients = Patient._base_manager.filter(mrn=mrn.normalise(term)).values("pk")
        return queryset.filter(Q(actor__in=actors) | Q(patient__in=patients)), False

    @admin.display(description=gettext_lazy("role"))
    def role_shown(self, event: AuditEvent) -> str:
        return str(dict(Role.choices).get(event.role, event.role))

    @admin.display(description=gettext_lazy("about"))
    def about(self, event: AuditEvent) -> str:
        return f"{self.names.get(event.target_table, event.target_table)} {event.target_id}".strip()

    @cached_property
    def names(self) -> dict[str, str]:
        """What people call the tables."""
        return {model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models()}

    @admin.display(description=gettext_lazy("action"))
    def what(self, event: AuditEvent) -> str:
        return event.action_label

    @admin.display(description=gettext_lazy("patient"))
    def mrn(self, event: AuditEvent) -> str:
        return event.patient.grouped_mrn if event.patient else "–"

    @admin.display(description=gettext_lazy("changed columns"))
    def columns(self, event: AuditEvent) -> str:
        return ", ".join(sorted(event.changes or {})) or "–"
