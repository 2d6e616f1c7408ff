"""The page between the action "Invite" and the invitation: it asks for the e-mail address, for one person."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import DomainError


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)


def invite_one(
    page: Any, request: HttpRequest, people: Any, address: str, invite: Callable[[Any, str], Any]
) -> HttpResponse | None:
    """Ask on the first call, invite on the second; None leads back to the list."""
    if people.count() != 1:
        page.message_user(request, _("Invite one person at a time."), messages.ERROR)
        return None
    person, sent = people.get(), "apply" in request.POST
    form = InviteForm(request.POST if sent else None, initial={"email": address})
    if sent and form.is_valid() and accepted(form, person, invite):
        words = _("An invitation to %(email)s is on its way.")
        page.message_user(request, words % {"email": form.cleaned_data["email"]}, messages.SUCCESS)
        return None
    return render(request, "admin/accounts/invite.html", shown(page, request, person, form))


def accepted(form: InviteForm, person: Any, invite: Callable[[Any, str], Any]) -> bool:
    try:
        invite(person, form.cleaned_data["email"])
    except DomainError as refusal:
        form.add_error("email", str(refusal))
    except ValidationError as refusal:
        form.add_error("email", refusal)
    return not form.errors


def shown(page: Any, request: HttpRequest, person: Any, form: InviteForm) -> dict[str, Any]:
    return page.admin_site.each_context(request) | {
        "title": _("Invite %(name)s") % {"name": person},
        "opts": page.opts,
        "person": person,
        "form": form,
        "checkbox_name": ACTION_CHECKBOX_NAME,
    }
