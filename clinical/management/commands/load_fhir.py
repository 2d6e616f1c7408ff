"""Loads FHIR R4: bundles, resources and bulk exports."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.loading.command import LoadCommand
from clinical.loading.fhir.source import FhirSource


class Command(LoadCommand):
    help = _(
        "Load FHIR R4 in JSON: bundles (transaction, batch, collection, searchset), single resources and bulk exports"
        " (NDJSON); files, folders, archives or standard input. All that is named is read before anything is written,"
        " so the order of the files does not matter. Run it again at will."
    )
    example = (
        "examples:\n"
        "  python manage.py load_fhir ~/synthea/output/fhir --dry-run\n"
        "  python manage.py load_fhir patients.zip practitioners.json --system old-hospital\n"
        "  python manage.py load_fhir - --keep-going --json < bundle.json"
    )
    layout = "fhir"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        path = next(action for action in parser._actions if action.dest == "path")
        path.nargs, path.help = "+", str(_("files, folders or archives; - is standard input"))
        path.required = True

    def _add_reading(self, parser: ArgumentParser) -> None:
        """FHIR says itself what everything means: there is nothing to map, and it is always UTF-8."""
        parser.set_defaults(template=False, mapping=None, encoding="", delimiter="", sheet="")

    def _source(self, options: dict[str, Any], mapping: Any) -> FhirSource:  # type: ignore[override]
        return FhirSource(options["path"], system=options["system"])
