"""Loads a file of weekly hours."""

from django.utils.translation import gettext_lazy as _

from accounts.loading.command import LoadCommand


class Command(LoadCommand):
    help = _(
        "Load the weekly hours of doctors: doctors and locations must be there. Run it again at will: what is "
        "there already is left as it is."
    )
    example = (
        "examples:\n"
        "  python manage.py load_availability --template > availability.csv\n"
        "  python manage.py load_availability availability.csv --dry-run\n"
        "  python manage.py load_availability export.csv --mapping export.toml --errors refused.csv"
    )
    layout = "availability"
