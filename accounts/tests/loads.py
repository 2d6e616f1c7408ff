"""What the tests of loading in the back office share: files as browsers send them, and the steps by their pages."""

import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import LoadBatch

HEADER = "ID,GIVEN_NAME,FAMILY_NAME,BIRTH_DATE,GENDER\n"
GOOD = HEADER + "P1,Ana,Silva,1980-05-17,female\nP2,Ben,Okafor,1931-02-03,male\n"
ONE_FAULTY = GOOD + "P3,Cy,Dent,31/02/1990,male\n"


def file_of(content: str | bytes, name: str = "people.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def page(name: str, batch: LoadBatch | None = None) -> str:
    return reverse(f"admin:accounts_loadbatch_{name}", args=[batch.public_id] if batch else [])


def send(client: Client, content: str | bytes, name: str = "people.csv", **more: Any) -> Any:
    said = {"key": str(uuid.uuid4()), "kind": "patients", "file": file_of(content, name), **more}
    return client.post(page("add"), said)


def uploaded(client: Client, content: str | bytes, name: str = "people.csv", **more: Any) -> LoadBatch:
    answer = send(client, content, name, **more)
    assert answer.status_code == 302, answer.context["form"].errors
    return LoadBatch.objects.latest("pk")


def columns(client: Client, batch: LoadBatch, **changes: str) -> dict[str, str]:
    """The form of the second step as the page offers it, with changes."""
    form = client.get(page("columns", batch)).context["form"]
    offered = {name: form[name].value() or "" for name in form.fields}
    return offered | {name.replace("__", "-"): value for name, value in changes.items()}


def checked(client: Client, content: str | bytes, **more: Any) -> LoadBatch:
    """After the dry run, with the columns as they were guessed."""
    batch = uploaded(client, content, **more)
    answer = client.post(page("columns", batch), columns(client, batch))
    assert answer.status_code == 302, answer.context["form"].errors
    batch.refresh_from_db()
    return batch


def confirmation(batch: LoadBatch, **more: str) -> dict[str, str]:
    return {"checked": batch.report["checked"], **more}


def loaded(client: Client, content: str | bytes, **more: Any) -> LoadBatch:
    batch = checked(client, content, **more)
    client.post(page("confirm", batch), confirmation(batch, keep_going="on"))
    batch.refresh_from_db()
    return batch
