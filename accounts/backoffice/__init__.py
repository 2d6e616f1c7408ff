"""What every page of the back office shares: rights, rows, versions, history, exports, lists of any length."""

from accounts.backoffice.forms import InstantBoxes, RowChoice, VersionedForm, is_number
from accounts.backoffice.pages import BackOfficeAdmin, ReadOnlyAdmin
from accounts.backoffice.paging import COUNTED, HouseList, OpenEndedPaginator

__all__ = [
    "COUNTED",
    "BackOfficeAdmin",
    "HouseList",
    "InstantBoxes",
    "OpenEndedPaginator",
    "ReadOnlyAdmin",
    "RowChoice",
    "VersionedForm",
    "is_number",
]
