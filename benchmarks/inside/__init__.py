"""What runs in a process that has the hospital's Django on one database; to import it sets Django up."""

import django

django.setup()
