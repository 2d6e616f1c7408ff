"""The account that signs in."""

from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import _user_has_module_perms, _user_has_perm
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import VisibleQuerySet
from accounts.models.base import PublicModel, VersionedModel
from accounts.roles import STAFF_ROLES, Role
from accounts.triggers import AuditRows


class UserQuerySet(VisibleQuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Accounts are found by e-mail in any case, and stored in lower case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"role": Role.ADMIN, "is_superuser": True, **fields})


class User(PublicModel, VersionedModel, AbstractBaseUser):
    email = models.EmailField(_("e-mail address"), unique=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, blank=True)
    given_name = models.CharField(_("given name"), max_length=100)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("department")
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_superuser = models.BooleanField(_("superuser"), default=False, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = UserManager()

    # The role whose pages a request shows instead of the own one's; no column, so that no save can keep it.
    seen_role: Role | str = ""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["given_name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(name="an_email_is_lower_case", condition=Q(email=Lower("email"))),
            models.CheckConstraint(name="a_role_is_known", condition=Q(role__in=["", *Role.values])),
            models.CheckConstraint(
                name="a_nurse_has_a_department",
                condition=~Q(role=Role.NURSE) | Q(department__isnull=False),
                violation_error_message=_("A nurse needs a department."),
            ),
            AuditRows(name="user_rows_are_audited", exclude=["password", "last_login"]),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def clean(self) -> None:
        self.email = self.email.lower()

    @property
    def is_staff(self) -> bool:
        """The Django admin opens by role; there is no switch to forget."""
        return self.shown_role in STAFF_ROLES

    @property
    def shown_role(self) -> str:
        """The role as which the person works at this moment, or looks on."""
        return self.seen_role or self.role

    def get_full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    def get_short_name(self) -> str:
        return self.given_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """A superuser passes the question of role, never that of the row; looking on, nobody is a superuser."""
        if self.passes_by_role and obj is None:
            return True
        return _user_has_perm(self, perm, obj)

    def has_perms(self, perms: Any, obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.passes_by_role or _user_has_module_perms(self, app_label)

    @property
    def passes_by_role(self) -> bool:
        return bool(self.is_active and self.is_superuser and not self.seen_role)
