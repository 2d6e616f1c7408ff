"""The clinical record in the back office: metadata to look at, note templates to work on."""

from clinical.admin import metadata, note_templates

__all__ = ["metadata", "note_templates"]
