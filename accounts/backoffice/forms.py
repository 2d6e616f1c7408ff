"""Forms of the back office: none of them writes over what somebody else saved meanwhile."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteSelect
from django.utils.translation import gettext_lazy as _

from accounts.errors import StaleVersion

LONGEST_NUMBER = 18  # digits that fit the key of every database


def is_number(key: str) -> bool:
    return key.isdecimal() and len(key) <= LONGEST_NUMBER


class VersionedForm(forms.ModelForm):
    """Carries the version that was read, and refuses to write over a newer one."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.version_of(self.instance) if self.instance.pk else None

    @staticmethod
    def version_of(row: Any) -> int:
        return row.version

    def clean_version(self) -> int | None:
        version = self.cleaned_data.get("version")
        if self.instance.pk:
            current = type(self.instance)._base_manager.get(pk=self.instance.pk)
            # A form that does not say which version it read has read none.
            if self.version_of(current) != version:
                self.refuse(current)
        return version

    def refuse(self, current: Any) -> None:
        raise StaleVersion(rows=self.differences(current), version=self.version_of(current))

    def differences(self, current: Any) -> list[tuple[Any, Any, Any]]:
        """What was typed beside what stands now, for the fields in which they differ."""
        stands = forms.model_to_dict(current, fields=self.fields)
        typed = {name: self[name].value() for name in self.fields if name != "version"}
        return [
            (self.fields[name].label, mine, stands.get(name))
            for name, mine in typed.items()
            if str(mine or "") != str(stands.get(name) or "")
        ]


class RowChoice(AutocompleteSelect):
    """The admin's search box for one row; a value that is no row's number is no choice, not a failure."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, [key for key in value if is_number(str(key))], attrs)


class InstantBoxes(AdminSplitDateTime):
    """A day and a time, each box with a name of its own."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for box, name in zip(self.widgets, (_("Day"), _("Time")), strict=True):
            box.attrs["aria-label"] = name
