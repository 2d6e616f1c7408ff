"""Scheduling: when."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    name = "scheduling"
    verbose_name = _("Calendar")

    def ready(self) -> None:
        from accounts import chores
        from scheduling import loading, messages, relationships, rules  # noqa: F401
        from scheduling.services.holds import expire_holds

        chores.register("holds", expire_holds)
