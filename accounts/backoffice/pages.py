"""The base of every page in the back office: the same permissions, rows and versions as the site."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets
from django.db import DataError, IntegrityError, models
from django.db.models import QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.audit import acting
from accounts.backoffice.deleting import REFUSED, DeletesInWords
from accounts.backoffice.exporting import Exports
from accounts.backoffice.forms import InstantBoxes, RowChoice, VersionedForm
from accounts.backoffice.paging import HouseList, OpenEndedPaginator
from accounts.backoffice.trail import TellsHistory
from accounts.errors import StaleVersion


class OwnWrites(admin.ModelAdmin):
    """Everything that is written has the name of who writes."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only a write opens a transaction: on SQLite a mere look would wait for every writer."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        try:
            with acting(request.user, reason="back office"):
                return super().changeform_view(request, *args, **kwargs)
        except IntegrityError as refusal:
            return self.refused(request, refusal)

    def refused(self, request: HttpRequest, refusal: IntegrityError) -> HttpResponse:
        """A rule of the database said no: in words, and nothing else of it."""
        if not str(refusal).startswith(("immutable", "append-only")):
            raise refusal
        self.message_user(request, str(REFUSED), messages.ERROR)
        return redirect(request.get_full_path())

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting(request.user, reason="back office"):
            return super().delete_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        version = form.cleaned_data.get("version")
        if change and version:
            self.claim(obj, version, form)
        super().save_model(request, obj, form, change)

    def claim(self, obj: Any, version: int, form: Any) -> None:
        """Somebody may save between the check of the form and this write: the page shows both texts then too."""
        try:
            obj.claim_version(version)
        except StaleVersion:
            form.refuse(type(obj)._base_manager.get(pk=obj.pk))


class BackOfficeAdmin(DeletesInWords, TellsHistory, Exports, OwnWrites):
    """Rows by `visible_to`, writes under the name of who writes, no deletion in bulk."""

    list_per_page = 50
    paginator = OpenEndedPaginator
    # Counting each choice of a filter takes as long as reading the whole table.
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    formfield_overrides = {
        models.DateTimeField: {"form_class": forms.SplitDateTimeField, "widget": InstantBoxes},
    }
    save_on_top = False

    @property
    def media(self) -> forms.Media:
        """Scripts that make a code of a name go only where a form asks for it; jQuery as the widgets name it."""
        if self.prepopulated_fields:
            return super().media
        jquery = f"vendor/jquery/jquery{'' if settings.DEBUG else '.min'}.js"
        names = [jquery, "jquery.init.js", "core.js", "admin/RelatedObjectLookups.js", "actions.js"]
        return forms.Media(js=[f"admin/js/{name}" for name in names])

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[HouseList]:
        return HouseList

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        options = self.model._meta
        rows = self.model._default_manager.visible_to(
            request.user, f"{options.app_label}.view_{options.model_name}"
        )
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The version is a field of the form alone; the model's own column is nobody's to edit."""
        names = kwargs.get("fields") or flatten_fieldsets(self.get_fieldsets(request, obj))
        kwargs["fields"] = [name for name in names if name != "version"]
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The version that was read travels, hidden, with every form that changes a row."""
        fieldsets = list(super().get_fieldsets(request, obj))
        versioned = issubclass(self.form, VersionedForm) and obj is not None
        if versioned and self.has_change_permission(request, obj):
            fieldsets.append((None, {"fields": ["version"], "classes": ["hidden"]}))
        return fieldsets

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RowChoice(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Columns that the list hides cannot be guessed letter by letter through its address."""
        name = lookup.split(LOOKUP_SEP)[0]
        columns = {field.name for field in self.opts.get_fields()}
        allowed = super().lookup_allowed(lookup, value, request)
        return allowed and (name not in columns or name in self.shown_columns())

    def shown_columns(self) -> set[Any]:
        """What the list shows, or filters by on its face."""
        chosen = [entry[0] if isinstance(entry, tuple) else entry for entry in self.list_filter]
        filters = [getattr(entry, "parameter_name", entry) for entry in chosen]
        return {*self.list_display, *filters, self.date_hierarchy}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A link fills in single boxes; an instant takes two, and words for it would break the page."""
        fields = self.get_form(request).base_fields
        initial = super().get_changeform_initial_data(request)
        return {
            name: words
            for name, words in initial.items()
            if not isinstance(fields.get(name), forms.MultiValueField)
        }

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """What no database can compare is no filter: Django then shows the whole list."""
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters(error) from error


class ReadOnlyAdmin(BackOfficeAdmin):
    """Pages to look at; nobody adds, changes or deletes here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
