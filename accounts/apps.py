"""Accounts: who, and what everyone needs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and places")

    def ready(self) -> None:
        from accounts import inventory, messages, replay, rules  # noqa: F401
        from accounts.loading import house  # noqa: F401

        inventory.connect()
