"""Loads a folder of Synthea's CSV files."""

from django.utils.translation import gettext_lazy as _

from accounts.loading.command import LoadCommand


class Command(LoadCommand):
    help = _(
        "Load the CSV files that Synthea writes: organizations, providers, patients, encounters, conditions,"
        " medications, allergies, immunizations and observations. Run it again at will: what is there already is"
        " left as it is."
    )
    example = "example:\n  python manage.py load_synthea ~/synthea/output/csv --dry-run"
    layout = "synthea"
