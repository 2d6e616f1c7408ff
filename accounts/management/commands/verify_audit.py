"""Walks every proof that nothing was changed behind the application's back."""

from typing import Any

from accounts.management.counting import CountingCommand
from accounts.proofs import PROOFS, Finding, Proof


class Command(CountingCommand):
    help = (
        "Read all signed records beside their seals, and all audited rows beside their trail."
        " Ends with 1 when something does not fit."
    )
    example = """Example:
  manage.py verify_audit             each finding on a line of its own, then the counts
  manage.py verify_audit --json      the counts for machines"""

    def handle(self, *args: Any, **options: Any) -> None:
        with self.asking_the_database():
            counts = {name: self.walk(proof) for name, proof in PROOFS.items()}
        for name, (whole, broken) in counts.items():
            self.report(name, {"whole": whole, "broken": broken}, options)
        if any(broken for _whole, broken in counts.values()):
            raise SystemExit(1)

    def walk(self, proof: Proof) -> tuple[int, int]:
        whole = broken = 0
        for finding in proof():
            if isinstance(finding, Finding):
                broken += 1
                self.stderr.write(str(finding))
            else:
                whole += 1
        return whole, broken
