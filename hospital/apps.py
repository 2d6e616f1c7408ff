"""The composition root as an app without models, and the admin site it brings."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class HospitalConfig(AppConfig):
    name = "hospital"
    verbose_name = _("Hospital")

    def ready(self) -> None:
        from hospital import checks  # noqa: F401


class HospitalAdminConfig(AdminConfig):
    default_site = "hospital.admin.HospitalAdminSite"
