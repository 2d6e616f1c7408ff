"""Loads a file of departments."""

from django.utils.translation import gettext_lazy as _

from accounts.loading.command import LoadCommand


class Command(LoadCommand):
    help = _(
        "Load departments, each with the one that it is part of, in any order. Run it again at will: what is "
        "there already is left as it is."
    )
    example = (
        "examples:\n"
        "  python manage.py load_departments --template > departments.csv\n"
        "  python manage.py load_departments departments.csv --dry-run\n"
        "  python manage.py load_departments export.csv --mapping export.toml --errors refused.csv"
    )
    layout = "departments"
