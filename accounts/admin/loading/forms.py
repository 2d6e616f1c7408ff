"""What the steps of a load ask: the file, which column is which, whether good rows go alone, why it is undone."""

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import DomainError
from accounts.loading import mapping_file
from accounts.loading.headings import spelt
from accounts.loading.mapping import Mapping
from accounts.loading.options import Options
from accounts.loading.registry import LAYOUTS, Column, Layout

FOUND_OUT = ("", gettext_lazy("As found out from the file"))
ENCODINGS = [
    FOUND_OUT,
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("cp1252", "Windows-1252"),
    ("iso8859-1", "Latin-1"),
]
DELIMITERS = [
    FOUND_OUT,
    (",", gettext_lazy("Comma")),
    (";", gettext_lazy("Semicolon")),
    ("tab", gettext_lazy("Tab")),
    ("|", gettext_lazy("Upright bar")),
]
DATES = ("BIRTH_DATE", "DECEASED", "VALID_FROM", "VALID_UNTIL", "ANCHOR_DATE")
DATE_FORMATS = [
    ("", gettext_lazy("1980-05-17")),
    ("DD.MM.YYYY", gettext_lazy("17.05.1980")),
    ("D.M.YYYY", gettext_lazy("17.5.1980")),
    ("DD/MM/YYYY", gettext_lazy("17/05/1980, the day first")),
    ("MM/DD/YYYY", gettext_lazy("05/17/1980, the month first")),
    ("DD-MM-YYYY", gettext_lazy("17-05-1980")),
    ("DD MMM YYYY", gettext_lazy("17 May 1980")),
]
LONGEST_VALUE, MAPPING_BYTES = 200, 256 * 1024


def label_of(layout: Layout | None, kind: str = "") -> str:
    return str(layout.label or layout.system.capitalize()) if layout else kind.capitalize()


class PlainForm(forms.Form):
    """Labels without a colon behind them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class UploadForm(PlainForm):
    """The key is the batch's own id: a second press makes no second batch."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("What the file holds"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what the file holds")},
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,  # refused in the words of the readers
        error_messages={
            "required": gettext_lazy("Choose a file"),
            "missing": gettext_lazy("Choose a file"),
            "invalid": gettext_lazy("Choose a file"),
        },
    )
    system = forms.CharField(
        label=gettext_lazy("Where it comes from (optional)"),
        max_length=100,
        required=False,
        help_text=gettext_lazy(
            "The name of the other system, the same for all of its files: rows are known again by it. Leave it empty"
            " for the hospital's own lists."
        ),
    )
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(
        label=gettext_lazy("What separates the columns"), choices=DELIMITERS, required=False
    )
    sheet = forms.CharField(
        label=gettext_lazy("Sheet of a spreadsheet (optional)"), max_length=100, required=False
    )
    mapping = forms.FileField(
        label=gettext_lazy("Mapping file (optional)"),
        required=False,
        help_text=gettext_lazy("A TOML file that says which column is which, as the commands read it."),
    )
    keep_identifiers = forms.BooleanField(
        label=gettext_lazy("Keep numbers of passports, licences and insurances"), required=False
    )
    strip_name_digits = forms.BooleanField(
        label=gettext_lazy("Take digits off the ends of names, as in Jerónimo599"), required=False
    )
    MORE = ("encoding", "delimiter", "sheet", "mapping", "keep_identifiers", "strip_name_digits")

    def __init__(self, *args: Any, has_file: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = sorted((label_of(layout), name) for name, layout in LAYOUTS.items())
        self.fields["kind"].choices = [(name, words) for words, name in choices]  # type: ignore[attr-defined]
        self.fields["file"].required = not has_file
        self.fields["file"].help_text = _(
            "A table (CSV or XLSX), FHIR (JSON or NDJSON), or an archive (ZIP, GZ, TAR.XZ) of them; at most %(most)s."
        ) % {"most": filesizeformat(settings.LOAD_MAX_BYTES)}

    @property
    def more(self) -> list[Any]:
        return [self[name] for name in self.MORE]

    @property
    def is_more_open(self) -> bool:
        return any(self[name].value() for name in self.MORE) or any(self[name].errors for name in self.MORE)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > settings.LOAD_MAX_BYTES:
            words = _(
                "This file has %(size)s. Up to %(most)s can be brought through this page; load a larger one with the"
                " command load_%(kind)s on the server."
            )
            raise forms.ValidationError(
                words
                % {
                    "size": filesizeformat(file.size),
                    "most": filesizeformat(settings.LOAD_MAX_BYTES),
                    "kind": self.cleaned_data.get("kind", "patients"),
                }
            )
        return file

    def clean_mapping(self) -> Any:
        file = self.cleaned_data["mapping"]
        if file and file.size > MAPPING_BYTES:
            raise forms.ValidationError(_("This is too long for a mapping file."))
        return file

    def clean(self) -> dict[str, Any]:
        layout = LAYOUTS.get(self.cleaned_data.get("kind", ""))
        file = self.cleaned_data.get("mapping")
        if layout and file:
            try:
                self.cleaned_data["mapping"] = read_mapping(file, layout)
            except DomainError as refusal:
                self.add_error("mapping", str(refusal))
        return self.cleaned_data

    def options(self, before: Mapping) -> Options:
        """How the file is to be read; what was said of its columns stays, unless a mapping file says it anew."""
        said = self.cleaned_data
        mapping = said.get("mapping") or before
        reading = {name: said[name] or getattr(said.get("mapping") or Mapping(), name) for name in READING}
        mapping = Mapping(**{**vars(mapping), **reading})
        return Options(
            system=said["system"].strip(),
            keep_identifiers=said["keep_identifiers"],
            strip_name_digits=said["strip_name_digits"],
            time_zone=mapping.time_zone,
            mapping=mapping.as_json(),
        )


READING = ("encoding", "delimiter", "sheet")


def read_mapping(file: Any, layout: Layout) -> Mapping:
    with NamedTemporaryFile(suffix=".toml") as kept:
        kept.write(file.read())
        kept.flush()
        return mapping_file.read(Path(kept.name), layout)


class ColumnsForm(PlainForm):
    """For each column of ours: which column of the file it is, and what stands for blank cells or for all rows."""

    def __init__(
        self, *args: Any, layout: Layout, header: Sequence[str], mapping: Mapping, **kwargs: Any
    ) -> None:
        self.layout, self.header, self.before = layout, header, mapping
        guess = mapping.completed(header, layout)
        super().__init__(*args, initial=dict(initial(layout, guess)), **kwargs)
        choices = [("", _("No column")), *((spelt(name), name) for name in header if name)]
        self.columns = layout.columns()
        for column in self.columns:
            self.fields[f"column-{column.name}"] = forms.ChoiceField(
                label=_("Column for %(name)s") % {"name": column.label}, choices=choices, required=False
            )
            self.fields[f"value-{column.name}"] = forms.CharField(
                label=_("Value for %(name)s where the file has none") % {"name": column.label},
                max_length=LONGEST_VALUE,
                required=False,
            )
        if self.dates:
            self.fields["dates"] = forms.ChoiceField(
                label=_("How dates are written"), choices=self._formats(), required=False
            )

    @property
    def dates(self) -> list[str]:
        return [column.name for column in self.columns if column.name in DATES]

    @property
    def rows(self) -> list[tuple[Column, Any, Any]]:
        return [(one, self[f"column-{one.name}"], self[f"value-{one.name}"]) for one in self.columns]

    def _formats(self) -> list[tuple[str, Any]]:
        """A mapping file may have said another one."""
        own = sorted({self.before.formats[name] for name in self.dates if name in self.before.formats})
        return [*DATE_FORMATS, *((form, form) for form in own if form not in dict(DATE_FORMATS))]

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        self.mapping = mapping = self._said()
        for fault in mapping.faults(self.header, self.layout):
            _section, _dot, name = fault.column.partition(".")
            self.add_error(f"column-{name}" if name else None, fault.reason)
        labels = {column.name: column.label for column in self.columns}
        for name in mapping.missing(self.layout):
            words = _("Choose the column for %(name)s, or write a value that holds for every row")
            self.add_error(f"column-{name}", words % {"name": labels[name]})
        return self.cleaned_data

    def _said(self) -> Mapping:
        columns: dict[str, str] = {}
        fixed: dict[str, str] = {}
        defaults: dict[str, str] = {}
        for column in self.columns:
            theirs = self.cleaned_data[f"column-{column.name}"]
            value = self.cleaned_data[f"value-{column.name}"].strip()
            if value and not theirs:
                fixed[column.name] = value
                continue
            columns[column.name] = theirs
            if value:
                defaults[column.name] = value
        parts = {"columns": columns, "fixed": fixed, "defaults": defaults, "formats": self._said_formats()}
        return Mapping(**{**vars(self.before), **parts})

    def _said_formats(self) -> dict[str, str]:
        others = {name: form for name, form in self.before.formats.items() if name not in DATES}
        form = self.cleaned_data.get("dates", "")
        return others | (dict.fromkeys(self.dates, form) if form else {})


def initial(layout: Layout, mapping: Mapping) -> Iterator[tuple[str, str]]:
    for column in layout.columns():
        yield f"column-{column.name}", mapping.source_of(column.name)
        value = mapping.fixed.get(column.name) or mapping.defaults.get(column.name, "")
        yield f"value-{column.name}", value
        if column.name in DATES and column.name in mapping.formats:
            yield "dates", mapping.formats[column.name]


class ConfirmForm(PlainForm):
    """Faulty rows hold back all others, unless somebody says otherwise."""

    checked = forms.CharField(widget=forms.HiddenInput, max_length=64)
    keep_going = forms.BooleanField(
        required=False,
        error_messages={
            "required": gettext_lazy(
                "Tick the box to load the good rows alone, or mend the file and begin again"
            )
        },
    )

    def __init__(self, *args: Any, faulty: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not faulty:
            del self.fields["keep_going"]
            return
        self.fields["keep_going"].required = True
        words = _("Load the good rows, and leave out the faulty ones (%(number)d)")
        self.fields["keep_going"].label = words % {"number": faulty}


class UndoForm(PlainForm):
    reason = forms.CharField(
        label=gettext_lazy("Why this load is undone"),
        max_length=300,
        error_messages={"required": gettext_lazy("Say why this load is undone")},
    )
