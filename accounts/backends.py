"""Sign-in by allauth, permissions from the table of roles; object checks come from the rows in sight."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.roles import TABLE, Role, reach
from accounts.rules import refusal


class RoleBackend(AuthenticationBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not user_obj.is_active or reach(user_obj, perm) is None:
            return False
        if obj is None:
            return True
        rows = type(obj)._default_manager.visible_to(user_obj, perm)
        return rows.filter(pk=obj.pk).exists() and not refusal(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(perm.startswith(f"{app_label}.") for perm in self.get_all_permissions(user_obj))

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if obj is not None or not user_obj.is_active or not user_obj.role:
            return set()
        return set(TABLE[Role(user_obj.shown_role)])

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    get_group_permissions = get_user_permissions
