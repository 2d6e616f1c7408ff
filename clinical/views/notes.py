"""Write the note of a visit, review it, sign it."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import DomainError, NotAllowed, StaleVersion
from accounts.models import User
from accounts.services.typing import typed_fields
from accounts.templatetags.house import clock
from accounts.views.conflict import conflict
from clinical.errors import EncounterNotOpen, NothingWritten, SignedRecord, TooMuchTyped
from clinical.forms import NoteForms
from clinical.forms.typed import as_sent
from clinical.models import Encounter, MedicalRecord, NoteDraft, NoteTemplate
from clinical.services.drafts import differences
from clinical.services.records import save_draft, sign, what_is_missing
from clinical.services.typing import keep, keep_note, last_saved
from clinical.views.encounters import OwnEncounterPage
from clinical.views.typing import KeepsTyping, window_of
from clinical.views.warnings import allergies_of, interruption, to_sign

# Where each button of the page leads, and to which part of it.
NEXT = {
    "save": ("clinical:encounter-write", ""),
    "add-diagnosis": ("clinical:encounter-write", "#diagnoses"),
    "add-medicine": ("clinical:encounter-write", "#medicines"),
    "find-code": ("clinical:code-search", ""),
    "sign": ("clinical:encounter-sign", ""),
    "end": ("clinical:encounter-end", ""),
}
NEEDS_NO_NOTE = {"end", "find-code"}
# The button of the conflict page that saves nothing yet.
GO_ON = "go-on"
RELEASED = gettext_lazy("The record is signed. The patient can read it now.")
HELD_BACK = gettext_lazy("The record is signed. The patient cannot read it until you release it.")
LONGEST_VERSION = 9  # digits; Python refuses to read numbers of thousands


class NotePage(OwnEncounterPage):
    def closed(self, encounter: Encounter, record: MedicalRecord | None) -> HttpResponse | None:
        """Where to look instead, once there is nothing left to write."""
        if encounter.is_open and not (record and record.is_signed):
            return None
        if record:
            return redirect(record)
        messages.error(self.request, _("This visit is not open. Nothing can be written in it."))
        return redirect("scheduling:appointment-list")


class EncounterWrite(KeepsTyping, NotePage):
    permission = "clinical.write_record"

    @classmethod
    def keep_typing(
        cls, *, author: User, path: str, kwargs: Any, post: Any, now: datetime, after_sign_out: bool = False
    ) -> NoteDraft:
        """Typing goes on while the note is open; what comes after the sign-in had ended is kept in any case."""
        rows = Encounter.objects.visible_to(author, cls.permission)
        encounter = rows.filter(public_id=kwargs["public_id"]).first()
        if encounter is None:
            raise NotAllowed
        text = {"path": path, "typed": typed_fields(post), "window": window_of(post), "now": now}
        if after_sign_out:
            return keep(author=author, encounter=encounter, after_sign_out=True, **text)
        return keep_note(actor=author, encounter=encounter, **text)

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        record = MedicalRecord.objects.latest_of(encounter)
        self.typing.is_saved = lambda text: is_in_note(encounter, record, text)
        closed = self.closed(encounter, record)
        if self.typing.kept is None:
            return closed or self.begin(encounter, record)
        note = NoteForms(encounter, record, as_sent(self.typing.kept.typed)).unjudged()
        if closed:
            note.sections.add_error(None, str(SignedRecord.message if record else EncounterNotOpen.message))
        return self.show(encounter, note, record, status=409 if closed else 200)

    def begin(self, encounter: Encounter, record: MedicalRecord | None) -> HttpResponse:
        """A note that is still empty may begin with a template of its type of visit."""
        if record:
            return self.show(encounter, NoteForms(encounter, record))
        visit = encounter.appointment
        templates = list(NoteTemplate.objects.for_visit(visit.type_id if visit else None))
        wanted = self.request.GET.get("template")
        chosen = next((one for one in templates if str(one.public_id) == wanted), None)
        note = NoteForms(encounter, None, start=chosen.sections if chosen else None)
        return self.show(encounter, note, templates=templates, chosen=chosen)

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        if request.POST.get("action") == GO_ON:
            self.keep_text(encounter)
            return redirect("clinical:encounter-write", encounter.public_id)
        record = MedicalRecord.objects.latest_of(encounter)
        note = NoteForms(encounter, record, request.POST)
        try:
            if note.is_valid() and self.save(encounter, note):
                return redirect(self.way_on(encounter, request.POST.get("action", "")))
        except StaleVersion as error:
            return self.conflict(encounter, error)
        return self.show(encounter, note, record, status=422)

    def way_on(self, encounter: Encounter, action: str) -> str:
        """What speaks against a medicine comes first."""
        page, part = NEXT.get(action, NEXT["save"])
        way = reverse(page, args=[encounter.public_id]) + part
        return interruption(encounter, action, timezone.now()) or way

    def keep_sent(self) -> None:
        """Here also when nothing can be written in the note any more."""
        self.keep_text(self.encounter())

    def keep_text(self, encounter: Encounter) -> NoteDraft | None:
        """None for what is too long: it stays in the page alone."""
        request, window = self.request, self.typing.window
        text = {"path": request.path, "typed": typed_fields(request.POST), "window": window}
        try:
            return keep(author=request.user, encounter=encounter, now=timezone.now(), **text)
        except TooMuchTyped:
            return None

    def conflict(self, encounter: Encounter, error: StaleVersion) -> HttpResponse:
        """Both texts side by side, and three ways on; the typed one is kept until one of them is taken."""
        text = self.keep_text(encounter)
        record = MedicalRecord.objects.latest_of(encounter)
        buttons = [("save", _("Save mine over it")), (GO_ON, _("Go on writing from mine"))]
        return conflict(self.request, error, theirs=saved_by(record), buttons=buttons, kept=text)

    def save(self, encounter: Encounter, note: NoteForms) -> bool:
        """Whether the draft is safe; what a service refuses stands among the form's errors."""
        user, window = self.request.user, self.typing.window
        try:
            save_draft(encounter=encounter, actor=user, now=timezone.now(), window=window, **note.typed())
        except StaleVersion:
            raise
        except DomainError as error:
            if isinstance(error, NothingWritten) and self.request.POST.get("action") in NEEDS_NO_NOTE:
                return True
            note.sections.add_error(None, str(error))
            return False
        messages.success(self.request, _("Draft saved."))
        return True

    def show(
        self,
        encounter: Encounter,
        note: NoteForms,
        record: MedicalRecord | None = None,
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        context |= {
            "encounter": encounter,
            "patient": encounter.patient,
            "note": note,
            "others": NoteDraft.objects.of_others(encounter, self.request.user),
            "saved_since": saved_since(note, record),
            **allergies_of(encounter, self.request.user),
        }
        return render(self.request, "clinical/encounter_write.html", context, status=status)


def is_in_note(encounter: Encounter, record: MedicalRecord | None, text: NoteDraft) -> bool:
    """Whether the text says nothing that is not stored already."""
    note = NoteForms(encounter, None, as_sent(text.typed))
    if not note.is_valid():
        return False
    typed = note.typed()
    typed.pop("version")
    return not differences(encounter, record, **typed)


def saved_since(note: NoteForms, record: MedicalRecord | None) -> str:
    """Who saved the note after the typing began that the page shows; empty when nobody did."""
    typed_on = str(note.sections["version"].value())
    return saved_by(record) if record and typed_on != str(record.version) else ""


def saved_by(record: MedicalRecord | None) -> str:
    event = last_saved(record) if record else None
    if event is None:
        return ""
    at = timezone.localtime(event.recorded_at)
    facts = {"name": event.actor or "", "time": clock(at), "day": date_format(at, "j F")}
    return _("Saved by %(name)s at %(time)s on %(day)s") % facts


class EncounterSign(NotePage):
    """Shows exactly what is signed; signing asks for the password when the sign-in is not fresh."""

    permission = "clinical.sign_record"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        record = MedicalRecord.objects.for_reading().latest_of(encounter)
        if record is None and encounter.is_open:
            messages.error(request, _("Write something in the note first."))
            return redirect("clinical:encounter-write", encounter.public_id)
        return self.closed(encounter, record) or self.show(encounter, record)

    def post(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        encounter = self.encounter()
        record = MedicalRecord.objects.for_reading().latest_of(encounter)
        if record is None:
            return redirect("clinical:encounter-write", encounter.public_id)
        require_fresh_sign_in(request)
        return self.sign(encounter, record)

    def sign(self, encounter: Encounter, record: MedicalRecord) -> HttpResponse:
        is_held_back = "held_back" in self.request.POST
        try:
            self.put_name(record, is_held_back)
        except StaleVersion:
            raise
        except SignedRecord as error:
            messages.info(self.request, str(error))
        except DomainError as error:
            return self.show(encounter, record, error)
        else:
            messages.success(self.request, HELD_BACK if is_held_back else RELEASED)
        return redirect(record)

    def put_name(self, record: MedicalRecord, is_held_back: bool) -> None:
        version, user = version_sent(self.request), self.request.user
        sign(record=record, version=version, actor=user, now=timezone.now(), held_back=is_held_back)

    def show(self, encounter: Encounter, record: Any, error: Any = "") -> HttpResponse:
        context = {
            "encounter": encounter,
            "patient": encounter.patient,
            "record": record,
            "missing": what_is_missing(record),
            **to_sign(encounter, self.request.user),
            "unsaved": self.unsaved(encounter, record),
            "error": error,
        }
        return render(self.request, "clinical/encounter_sign.html", context, status=422 if error else 200)

    def unsaved(self, encounter: Encounter, record: MedicalRecord) -> NoteDraft | None:
        """A text of the signer's that stands beside the note, and would not be signed with it."""
        texts = NoteDraft.objects.of_note(encounter, self.request.user)
        return next((text for text in texts if not is_in_note(encounter, record, text)), None)


def version_sent(request: HttpRequest) -> int:
    """The version that the page showed; 0, which no stored row has, for anything else."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= LONGEST_VERSION else 0


def require_fresh_sign_in(request: HttpRequest) -> None:
    """Lead to allauth's password page, which then resumes the request, unless the sign-in is recent.

    allauth's own decorator counts repeated sign-ins only; the first one of a session is as good.
    """
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records), default=0)
    allowed = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    if timezone.now().timestamp() - latest > allowed.total_seconds():
        raise ReauthenticationRequired
