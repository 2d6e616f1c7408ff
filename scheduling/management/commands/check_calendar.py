"""Looks the whole calendar through and changes nothing."""

import json
from typing import Any

from django.utils import timezone

from accounts.management.counting import CountingCommand
from scheduling.services.checking import Finding, counts, findings


class Command(CountingCommand):
    help = (
        "Find overlapping visits, forgotten holds, visits outside hours or in leave, and hours at closed places."
        " Ends with 0 when all is well, 1 when something was found, 2 when nothing could be done."
    )
    example = """Example:
  manage.py check_calendar          one line for each finding, then one line of counts
  manage.py check_calendar --json   the same as one object for machines"""

    def handle(self, *args: Any, **options: Any) -> None:
        with self.asking_the_database():
            found = findings(timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps({"calendar": counts(found), "findings": list(map(as_dict, found))}))
        else:
            for finding in found:
                self.stdout.write(in_words(finding))
            self.report("calendar", counts(found), options)
        if found:
            raise SystemExit(1)


def in_words(finding: Finding) -> str:
    other = f" (and {finding.with_id})" if finding.with_id else ""
    return f"{finding.kind.value} {finding.public_id}{other}: {finding.kind.label}"


def as_dict(finding: Finding) -> dict[str, str]:
    other = {"with": str(finding.with_id)} if finding.with_id else {}
    return {"kind": finding.kind.value, "id": str(finding.public_id)} | other
