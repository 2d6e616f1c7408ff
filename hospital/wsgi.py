"""The web server's door; it opens only when every database rule is in place."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hospital.settings")
application = get_wsgi_application()

from django.db import connection  # noqa: E402

from accounts.inventory import check_inventory  # noqa: E402

check_inventory(connection)
connection.close()
