"""Clinical: what happened."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClinicalConfig(AppConfig):
    name = "clinical"
    verbose_name = _("Clinical record")

    def ready(self) -> None:
        from accounts.models.audit import ACTIONS
        from clinical import messages, relationships, rules  # noqa: F401
        from clinical.loading import synthea  # noqa: F401
        from clinical.loading.fhir import layout  # noqa: F401
        from clinical.services import proving  # noqa: F401

        ACTIONS["entered-in-error"] = _("Marked as entered in error")
