"""Loads a file of doctors."""

from django.utils.translation import gettext_lazy as _

from accounts.loading.command import LoadCommand


class Command(LoadCommand):
    help = _(
        "Load doctors, without accounts: departments and locations must be there. Run it again at will: what "
        "is there already is left as it is."
    )
    example = (
        "examples:\n"
        "  python manage.py load_doctors --template > doctors.csv\n"
        "  python manage.py load_doctors doctors.csv --dry-run\n"
        "  python manage.py load_doctors export.csv --mapping export.toml --errors refused.csv"
    )
    layout = "doctors"
