"""Loads a file of visits."""

from django.utils.translation import gettext_lazy as _

from accounts.loading.command import LoadCommand


class Command(LoadCommand):
    help = _(
        "Load visits: what is over as history, what is to come under the rules of the calendar; no message is "
        "sent. Run it again at will: what is there already is left as it is."
    )
    example = (
        "examples:\n"
        "  python manage.py load_appointments --template > appointments.csv\n"
        "  python manage.py load_appointments appointments.csv --dry-run\n"
        "  python manage.py load_appointments export.csv --mapping export.toml --errors refused.csv"
    )
    layout = "appointments"
