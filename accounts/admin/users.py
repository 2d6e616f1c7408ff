"""Accounts: staff are invited from here, doctors and patients from their own pages; no password is ever set."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.behaviour import row_by_row
from accounts.backoffice import BackOfficeAdmin, VersionedForm
from accounts.models import User
from accounts.roles import Role
from accounts.services import archiving, linking


class UserForm(VersionedForm):
    """Offers every role, so that the two that begin elsewhere are refused with the way to go."""

    class Meta:
        model = User
        fields = ["email", "role", "given_name", "family_name", "department"]

    def clean_email(self) -> str:
        """Asked for a new account only; an address confirmed by someone else is taken too."""
        email: str = self.cleaned_data["email"].lower()
        try:
            linking.refuse_taken(email)
        except linking.EmailTaken as taken:
            raise forms.ValidationError(str(taken)) from taken
        return email

    def clean_role(self) -> str:
        role, before = self.cleaned_data["role"], self.initial.get("role", "")
        if role == before and self.instance.pk:
            return role
        if role == Role.DOCTOR or (role == Role.PATIENT and not self.instance.pk):
            raise forms.ValidationError(linking.HOW_TO_INVITE[Role(role)])
        if before == Role.DOCTOR:
            raise forms.ValidationError(_("This is a doctor's account. Deactivate the doctor instead."))
        if not role:
            raise forms.ValidationError(_("Choose a role."))
        return role


@admin.register(User)
class UserAdmin(BackOfficeAdmin):
    form = UserForm
    list_display = ["email", "given_name", "family_name", "role", "department", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    list_select_related = ["department"]
    search_fields = ["email", "given_name", "family_name"]
    autocomplete_fields = ["department"]
    actions = ["invite_again", "deactivate", "reactivate"]
    fieldsets = [
        (None, {"fields": ["email", "role", "department"]}),
        (gettext_lazy("Name"), {"fields": ["given_name", "family_name"]}),
        (gettext_lazy("State"), {"fields": ["is_active", "last_login", "created_at"]}),
    ]
    readonly_fields = ["is_active", "last_login", "created_at"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj else fieldsets[:2]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """An address stays: a new one has to be confirmed by its owner. Nobody changes the own role."""
        fixed = ["email"] if obj else []
        own = ["role"] if obj and obj.pk == request.user.pk else []
        return [*self.readonly_fields, *fixed, *own]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            # Whoever is no administrator any more keeps no key to every door.
            obj.is_superuser = obj.is_superuser and obj.role == Role.ADMIN
            super().save_model(request, obj, form, change)
            return
        linking.invite_staff(user=obj, actor=request.user, now=timezone.now())
        self.message_user(request, _("An invitation to %(email)s is on its way.") % {"email": obj.email})

    def has_deactivate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.deactivate_user")

    @admin.action(description=gettext_lazy("Send the invitation again"), permissions=["add"])
    def invite_again(self, request: HttpRequest, queryset: Any) -> None:
        def act(user: User) -> str:
            linking.invite_again(user=user, actor=request.user, now=timezone.now())
            return _("An invitation to %(email)s is on its way.") % {"email": user.email}

        row_by_row(self, request, queryset, act)

    @admin.action(description=gettext_lazy("Deactivate"), permissions=["deactivate"])
    def deactivate(self, request: HttpRequest, queryset: Any) -> None:
        def act(user: User) -> str:
            archiving.deactivate_user(user=user, actor=request.user, now=timezone.now())
            return _("%(email)s can no longer sign in.") % {"email": user.email}

        row_by_row(self, request, queryset, act)

    @admin.action(description=gettext_lazy("Reactivate"), permissions=["deactivate"])
    def reactivate(self, request: HttpRequest, queryset: Any) -> None:
        def act(user: User) -> str:
            archiving.reactivate_user(user=user, actor=request.user, now=timezone.now())
            return _("%(email)s can sign in again.") % {"email": user.email}

        row_by_row(self, request, queryset, act)
