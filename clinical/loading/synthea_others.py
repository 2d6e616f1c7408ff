"""What stands in Synthea's table of observations and is not loaded."""

from django.utils.translation import gettext as _

from accounts.loading.cells import Cells
from clinical.loading.synthea_observations import Observation, is_test, is_vital
from clinical.measures import BODY_MASS_INDEX

VITAL_SIGNS = "vital-signs"
# Categories that are told by name; there is no end of others.
NAMED = frozenset({"activity", "exam", "imaging", "procedure", "social-history", "survey", "therapy"})


class Others(Observation):
    """Counted under the table's name, with the reason; so are its rows that cannot be read."""

    name = "observations"
    partial = False

    def takes(self, cells: Cells) -> bool:
        return not (is_vital(cells) or is_test(cells))

    def left_out(self, cells: Cells) -> str:
        category = cells.get("CATEGORY")
        if cells.get("CODE") == BODY_MASS_INDEX:
            return _("the body mass index is computed here; skipped")
        if category == VITAL_SIGNS:
            return _("vital signs that are not kept here; skipped")
        if category in NAMED:
            words = _("neither vital sign nor laboratory result (%(category)s); skipped")
            return words % {"category": category}
        return _("neither vital sign nor laboratory result; skipped")
