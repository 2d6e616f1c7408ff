"""What a claimed batch goes through: judged, or judged and written, in the name of whoever asked for it."""

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotAllowed
from accounts.loading import uploads
from accounts.loading.errors import ErrorFile
from accounts.loading.faults import Fault, LoadStopped, Unreadable
from accounts.loading.options import Options
from accounts.loading.pipeline import Load
from accounts.loading.report import Report
from accounts.loading.waiting import CHECK, LOAD_DATA, MOST_ATTEMPTS, Claim, GivenBack, LeaseLost
from accounts.models import LoadBatch, User
from accounts.rules import demand

logger = logging.getLogger(__name__)
Status = LoadBatch.Status


def perform(claim: Claim) -> str:
    """To the end; returns the status that the batch has then, or "lost" when another worker took it over.

    A worker that is told to stop gives the batch back: it is "waiting" then.

    A database that is away passes through: the batch is claimed again when its lease has run out.
    """
    try:
        return attempt(claim)
    except LeaseLost:
        return "lost"
    except GivenBack:
        claim.give_back()
        return str(Status.WAITING)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("The load %s failed.", claim.batch.pk)
        return failed(claim, _("Something went wrong that nobody foresaw. It is in the server's log."))


def attempt(claim: Claim) -> str:
    claim.begin_anew()
    try:
        if claim.attempts > MOST_ATTEMPTS:
            raise LoadStopped(_("Its worker died three times. Look at the server's log and memory."))
        return settled(claim, run(claim))
    except LoadStopped as error:
        return failed(claim, str(error))
    except Unreadable as error:
        return refused(claim, "", error.faults)
    except (LeaseLost, GivenBack, DatabaseError):
        raise
    except (DomainError, OSError) as error:
        return refused(claim, str(error))


def run(claim: Claim) -> Report:
    batch = claim.batch
    layout = uploads.layout_of(batch)
    if layout is None:
        raise DomainError(_("Files of this kind are no longer loaded."))
    actor = whoever_asked(batch)
    options = Options.from_json(batch.options | {"dry_run": claim.job == CHECK})
    with uploads.opened(batch, layout) as source, ErrorFile(uploads.errors_path(batch), layout) as errors:
        load = Load(source, layout, actor, options, progress=claim.tell, batch=batch, errors=errors)
        batch.progress["expected"] = sum(load.expected.values())
        report = load.run()
    batch.report = report.as_json()
    return report


def whoever_asked(batch: LoadBatch) -> User:
    """Asked again when the work begins: the account may have lost its right since."""
    actor = User.objects.filter(pk=batch.actor_id).first()
    try:
        demand(actor, LOAD_DATA)
    except (NotAllowed, AttributeError):
        words = _("%(name)s may no longer load data. Nothing was loaded.")
        raise DomainError(words % {"name": actor or _("Nobody")}) from None
    return actor


def settled(claim: Claim, report: Report) -> str:
    """Of a dry run the draft goes on; a load that was refused for its faults is over, and so is one that was done."""
    batch = claim.batch
    fields: dict[str, Any] = {"report": batch.report, "counts": report.as_dict()}
    if claim.job == CHECK:
        fields["report"] |= {"checked": fingerprint(batch)}
        return ended(claim, Status.DRAFT, **fields)
    if not report.written:
        return ended(claim, unwritten(claim.batch), finished_at=timezone.now(), **fields)
    fields["report"] |= {"attempts": claim.attempts}
    return ended(claim, Status.FINISHED, **fields)


def refused(claim: Claim, words: str, faults: Sequence[Fault] = ()) -> str:
    """Before anything was written: a dry run leaves the draft, so that it can be mended."""
    report = Report(faults=list(faults)).as_json() | {"refusal": words}
    if claim.job == CHECK:
        return ended(claim, Status.DRAFT, report=report, counts={})
    return ended(claim, unwritten(claim.batch), report=report, counts={}, finished_at=timezone.now())


def unwritten(batch: LoadBatch) -> Status:
    """This run wrote nothing; what an earlier one left half-way can still be completed or undone."""
    return Status.STOPPED if batch.has_written else Status.REFUSED


def failed(claim: Claim, words: str) -> str:
    """Perhaps half-way: the file stays, so that the load can be completed."""
    if claim.job == CHECK:
        return refused(claim, words)
    return ended(claim, Status.STOPPED, report={"refusal": words}, finished_at=timezone.now())


def ended(claim: Claim, status: str, **fields: Any) -> str:
    claim.settle(status=status, **fields)
    if status in (Status.FINISHED, Status.REFUSED):
        uploads.forget(claim.batch)
    return status


def fingerprint(batch: LoadBatch) -> str:
    """What was judged: the file and how it is read. Whether good rows go alone is asked afterwards."""
    options = {name: value for name, value in batch.options.items() if name not in ("keep_going", "dry_run")}
    said = json.dumps([batch.kind, batch.file.name, options], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
