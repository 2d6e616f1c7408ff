"""One person, one file: what a merge would do, the merge, and how it is taken back."""

from accounts.services.merging.preview import Difference, Preview, preview
from accounts.services.merging.undo import Return, preview_undo, undo
from accounts.services.merging.writing import merge

__all__ = ["Difference", "Preview", "Return", "merge", "preview", "preview_undo", "undo"]
