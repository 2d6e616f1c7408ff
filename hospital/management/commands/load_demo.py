"""Loads the demo hospital: the same people everywhere, visits counted from today."""

import json
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import Doctor, Patient, User
from clinical.loading.icd10 import load_codes, packaged
from clinical.models import Document, Icd10Code
from hospital.demo.absences import build_absences
from hospital.demo.build import DOMAIN, build_people_and_places
from hospital.demo.charts import build_charts
from hospital.demo.visits import build_visits
from scheduling.models import Appointment

COUNTED = {"doctors": Doctor, "patients": Patient, "appointments": Appointment, "codes": Icd10Code}


class Command(BaseCommand):
    help = "Load the demo hospital into an empty database. Example: manage.py load_demo"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="counts for machines")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there are people already"
        )
        parser.add_argument("--dry-run", action="store_true", help="build it, show the counts, keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo has a well-known password: it loads only where DEBUG is on.", returncode=2
            )
        with transaction.atomic():
            created = self.build(options["if_empty"])
            files = list(Document.objects.values_list("file", flat=True)) if options["dry_run"] else []
            transaction.set_rollback(options["dry_run"])
        for name in files:
            default_storage.delete(name)
        if options["json"]:
            self.stdout.write(json.dumps(created))
        else:
            self.stdout.write(", ".join(f"{kind}: {n['created']} created" for kind, n in created.items()))

    def build(self, if_empty: bool) -> dict[str, dict[str, int]]:
        if User.objects.exists() or Patient.objects.exists():
            if if_empty or User.objects.filter(email=f"admin@{DOMAIN}").exists():
                return {kind: {"created": 0} for kind in COUNTED}
            raise CommandError(
                "There are people in this database; the demo needs an empty one.", returncode=2
            )
        now = timezone.now()
        demo = build_people_and_places(now)
        build_visits(demo, now)
        build_charts(demo, now)
        build_absences(demo, now)
        load_codes(packaged())
        return {kind: {"created": model.objects.count()} for kind, model in COUNTED.items()}
