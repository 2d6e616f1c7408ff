"""Documents of a patient: filed, released, and given out to whoever may read them at that moment."""

import unicodedata
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.models import Patient
from accounts.views.pages import Page
from clinical.errors import FiledAlready, FileMissing, FileRefused
from clinical.forms import part_of_form
from clinical.forms.documents import DocumentForm
from clinical.models import Document
from clinical.services.documents import add_document, open_document, release_document, require_size
from clinical.sniffing import EXTENSIONS, TEXT
from clinical.views.chart_pages import ChartForm, ChartPage, MarkInError
from clinical.views.listed import RowForm
from clinical.views.own_lists import OwnList

SECTION = "clinical:chart-documents"
LONGEST_NAME = 100


class ChartDocuments(ChartPage):
    section = SECTION
    template_name = "clinical/document_list.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        user = self.request.user
        return {
            "documents": list(Document.objects.visible_to(user).for_chart(patient)),
            "may_add": user.has_perm("clinical.add_document", patient),
            "may_change": user.has_perm("clinical.change_document", patient),
        }


class DocumentAdd(ChartForm):
    permission = "clinical.add_document"
    section = SECTION
    form_class = DocumentForm
    title = _("Add a document")
    action = _("File the document")
    done = _("The document is filed.")

    def saved(self, patient: Patient, form: Any) -> bool:
        """What is wrong with the file stands beside its box."""
        try:
            self.save(patient, form)
        except FiledAlready as error:
            form.ask_anyway(str(error))
        except FileRefused as error:
            form.add_error("file", str(error))
        except DomainError as error:
            form.add_error(None, str(error))
        return not form.errors

    def save(self, patient: Patient, form: Any) -> None:
        typed = dict(form.cleaned_data)
        file = typed.pop("file")
        require_size(file.size)
        add_document(
            patient=patient, content=file.read(), actor=self.request.user, now=timezone.now(), **typed
        )


class DocumentRelease(RowForm):
    model = Document
    permission = "clinical.change_document"
    section = SECTION
    form_class = forms.Form
    template_name = "clinical/document_form.html"
    title = _("Let the patient read this document?")
    action = _("Release the document")
    done = _("The patient can read the document now.")

    def form(self, patient: Patient, *args: Any, **kwargs: Any) -> forms.Form:
        form = forms.Form(*args, **kwargs)
        form.helper = part_of_form()
        return form

    def save(self, patient: Patient, form: Any) -> None:
        release_document(document=self.row(), actor=self.request.user, now=timezone.now())


class DocumentInError(MarkInError):
    model = Document
    permission = "clinical.change_document"
    section = SECTION


class DocumentFile(Page):
    """Asks at every download whether this reader may read it now; nobody else learns that it exists."""

    permission = "clinical.read_record"

    def get(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        rows = Document.objects.visible_to(request.user).select_related("patient")
        document = get_object_or_404(rows, public_id=public_id)
        try:
            content = open_document(document=document, actor=request.user)
        except FileMissing as error:
            context = {"document": document, "error": str(error)}
            return render(request, "clinical/document_missing.html", context, status=404)
        return HttpResponse(content, headers=headers(document))


def headers(document: Document) -> dict[str, str]:
    """Saved and never shown in the page's own name, whatever the file holds."""
    charset = "; charset=utf-8" if document.content_type == TEXT else ""
    return {
        "Content-Type": document.content_type + charset,
        "Content-Disposition": content_disposition_header(True, file_name(document)) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def file_name(document: Document) -> str:
    """The day and the title, letters and figures only, with the ending of what the file is."""
    letters = (sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in document.title)
    words = " ".join("".join(letters).split())[:LONGEST_NAME].strip()
    day = timezone.localtime(document.happened_at).date().isoformat()
    return f"{day} {words}".strip() + f".{EXTENSIONS.get(document.content_type, 'bin')}"


class OwnDocuments(OwnList):
    section = "clinical:own-documents"
    template_name = "clinical/own_documents.html"

    def rows(self, patient: Patient) -> dict[str, Any]:
        return {"documents": list(Document.objects.kept_for(self.request.user).for_chart(patient))}
