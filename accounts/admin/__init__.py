"""The back office of people and places; pages of others that tell about accounts are taken off."""

from allauth.account.admin import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import Group

from accounts.admin import (  # noqa: F401
    accesses,
    backups,
    details,
    doctors,
    identifiers,
    loading,
    merging,
    patients,
    places,
    trails,
    twins,
    users,
)

# Imported through the modules that register them, which the admin loads after this one.
admin.site.unregister([EmailAddress, Group])
