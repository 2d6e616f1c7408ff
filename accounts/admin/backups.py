"""Backups that were taken, to look at; the command `backup` takes them."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy

from accounts.backoffice import ReadOnlyAdmin
from accounts.models.backup import Backup


@admin.register(Backup)
class BackupAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "status", "path", "length", "actor", "finished_at"]
    list_filter = ["status"]
    list_select_related = ["actor"]
    search_fields = ["path", "=digest"]
    search_help_text = gettext_lazy("Part of the file's name, or the whole SHA-256")
    fieldsets = [
        (None, {"fields": ["status", "path", "length", "digest"]}),
        (gettext_lazy("When and by whom"), {"fields": ["actor", "started_at", "finished_at"]}),
    ]

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def length(self, backup: Backup) -> str:
        return filesizeformat(backup.size)
