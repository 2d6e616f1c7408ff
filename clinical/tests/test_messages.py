"""The mail about a record says where to read it, and nothing of what stands in it."""

from typing import Any

import pytest
from django.core import mail

from accounts import outbox
from accounts.models import Message
from clinical.models import MedicalRecord


def test_the_mail_leads_to_the_record_and_holds_no_health_facts(record: Any, ana: Any) -> None:
    outbox.send_due()

    letter = mail.outbox[0]
    texts = [letter.subject, letter.body, letter.alternatives[0][0]]
    secrets = ["Headache", "hypertension", "Ramipril", "Rao", "Cardiology", "Silva"]
    assert (len(mail.outbox), letter.to) == (1, [ana.user.email])
    assert all(record.get_absolute_url() in text for text in texts[1:])
    assert not [secret for secret in secrets for text in texts if secret in text]


@pytest.mark.parametrize(("status", "mails"), [("entered-in-error", 0), ("amended", 1)])
def test_no_mail_speaks_of_a_record_that_was_struck_out(record: Any, status: str, mails: int) -> None:
    MedicalRecord.objects.update(status=status)

    outbox.send_due()

    assert len(mail.outbox) == mails
    assert Message.objects.get(kind="record-ready").status == ("sent" if mails else "skipped")
