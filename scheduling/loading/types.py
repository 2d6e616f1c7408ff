"""The types of visit that rows name, by code or by name."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from accounts.loading.house.known import Known, by_casefold
from scheduling.models import AppointmentType


class KnownTypes(Known):
    name = "types"
    model = AppointmentType

    def found(self, keys: Iterable[str]) -> Mapping[str, set[int]]:
        return types_named(keys)

    def nobody(self, key: str) -> str:
        return _("There is no type of visit with this code or name. Add it in the back office first.")


def types_named(keys: Iterable[str]) -> dict[str, set[int]]:
    """A code goes before a name."""
    asked = list(keys)
    kinds = list(AppointmentType.objects.current().values_list("code", "name", "pk"))
    by_code = by_casefold(asked, [(code, pk) for code, _name, pk in kinds])
    by_name = by_casefold(asked, [(name, pk) for _code, name, pk in kinds])
    return {key: by_code[key] or by_name[key] for key in asked}
