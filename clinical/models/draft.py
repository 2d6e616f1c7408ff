"""What was typed and not saved yet: kept on the server until the form is saved."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Reach
from clinical.models.encounter import ClinicalQuerySet


class NoteDraftQuerySet(ClinicalQuerySet):
    permission = "clinical.write_record"

    def within(self, how_far: Reach, user: Any) -> Q:
        """Nobody reads what another is still typing."""
        return Q(author=user)

    def typed_by(self, user: Any, path: str) -> Self:
        """The user's own texts for the form at this path, the newest first."""
        return self.filter(author=user, path=path).order_by("-saved_at", "-pk")

    def of_note(self, encounter: Any, user: Any) -> Self:
        """The user's own texts for the note of the visit."""
        return self.filter(author=user, encounter=encounter).order_by("-saved_at", "-pk")

    def of_others(self, encounter: Any, user: Any) -> Self:
        """Who else is typing in the note of the visit: for the name and the time, never for the text."""
        rows = self.filter(encounter=encounter).exclude(author=user).defer("typed")
        return rows.select_related("author").order_by("begun_at", "pk")


class NoteDraft(models.Model):
    """A form as the browser sent it, valid or not; not audited, because typing is no act yet."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    # Where the form stands: of a note, beside the visit that it is about.
    path = models.CharField(_("path"), max_length=200)
    encounter = models.ForeignKey(
        "clinical.Encounter",
        on_delete=models.PROTECT,
        null=True,
        related_name="typing",
        verbose_name=_("encounter"),
    )
    # Two windows with the same form open do not write over each other.
    window = models.UUIDField(_("window"), default=uuid.uuid4)
    # New with every change, so that who shows the text can say which text it was.
    stamp = models.UUIDField(_("stamp"), default=uuid.uuid4)
    # Names and lists of values, as a QueryDict holds them.
    typed = models.JSONField(_("typed"))
    after_sign_out = models.BooleanField(_("sent after the sign-in had ended"), default=False)
    begun_at = models.DateTimeField(_("begun at"), default=timezone.now)
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now)

    objects = NoteDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsaved note")
        verbose_name_plural = _("unsaved notes")
        constraints = [
            models.UniqueConstraint(
                name="one_unsaved_text_a_window", fields=["author", "path", "window", "after_sign_out"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.saved_at:%Y-%m-%d %H:%M} {self.pk}"
