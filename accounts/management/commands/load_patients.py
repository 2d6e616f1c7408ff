"""Loads a file of patients."""

from django.utils.translation import gettext_lazy as _

from accounts.loading.command import LoadCommand


class Command(LoadCommand):
    help = _(
        "Load patients; numbers that others gave them only with --keep-identifiers. Run it again at will: "
        "what is there already is left as it is."
    )
    example = (
        "examples:\n"
        "  python manage.py load_patients --template > patients.csv\n"
        "  python manage.py load_patients patients.csv --dry-run\n"
        "  python manage.py load_patients export.csv --mapping export.toml --errors refused.csv"
    )
    layout = "patients"
