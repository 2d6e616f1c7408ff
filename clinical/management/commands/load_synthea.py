"""Loads Synthea's CSV files: a folder or an archive."""

from django.utils.translation import gettext_lazy as _

from accounts.loading.command import LoadCommand


class Command(LoadCommand):
    help = _(
        "Load the CSV files that Synthea writes: organizations, providers, patients, encounters, conditions,"
        " medications, allergies, immunizations and observations. Run it again at will: what is there already is"
        " left as it is."
    )
    example = (
        "examples:\n"
        "  python manage.py load_synthea ~/synthea/output/csv --dry-run\n"
        "  python manage.py load_synthea synthea.tar.xz --keep-going --errors refused.csv"
    )
    layout = "synthea"
