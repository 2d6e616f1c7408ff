"""What must hold for every answer, whatever its status: no foreign canary, no foreign row changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain, product
from subprocess import run as run_program
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.roles import reach
from accounts.tests.pages import enter
from hospital.tests.matrix.routes import Target
from hospital.tests.matrix.world import World

# Reading leaves its trace; signing in and out touches the session.
TRACES = {"accounts_auditevent", "django_session", "hospital_cache"}


@dataclass(frozen=True)
class Finding:
    actor: str
    method: str
    url: str
    words: str


class Roll(Exception):
    """Takes back what one request wrote."""


class WriteWatch:
    """Sees whether any statement of a request could have written."""

    def __init__(self) -> None:
        self.wrote = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        words = sql.lstrip().upper()
        if words.startswith(("INSERT", "UPDATE", "DELETE", "WITH")) and not any(t in sql for t in TRACES):
            self.wrote = True
        return execute(sql, params, many, context)


def run(world: World, wanted: Iterable[Target]) -> Iterator[Finding]:
    """Every finding, as it is found; each request is taken back after it was judged."""
    wanted = list(wanted)
    before = rows_now()
    clients = {actor: signed_in(user) for actor, user in world.actors.items()}
    for target, (actor, client) in product(wanted, clients.items()):
        asked = partial(ask, world, client, actor, target, before)
        found, is_refused = asked("get")
        # No view of ours answers HEAD in a way of its own, so a page that is shut to GET is shut to it.
        yield from chain(found, () if is_refused else asked("head")[0], asked("post")[0])


def signed_in(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    return enter(client, user) if user else client


def ask(
    world: World, client: Client, actor: str, target: Target, before: dict[tuple[str, int], Any], method: str
) -> tuple[list[Finding], bool]:
    """What is wrong with the answer, and whether it was a refusal."""
    watch, cookies = WriteWatch(), client.cookies.copy()
    try:
        with transaction.atomic(), connection.execute_wrapper(watch):
            answer = getattr(client, method)(target.url, payload(world) if method == "post" else {})
            words = judge(world, actor, target, answer)
            if watch.wrote:
                words += judge_rows(world, actor, method, before)
            raise Roll
    except Roll:
        client.cookies = cookies
    return [Finding(actor, method, target.url, text) for text in words], answer.status_code >= 400


def judge(world: World, actor: str, target: Target, answer: Any) -> list[str]:
    words = [f"status {answer.status_code}"] if answer.status_code >= 500 else []
    body = f"{text_of(answer)}{answer.headers}".lower()
    heard = [text for text in world.readers if text.lower() in body]
    words += [f"leaks {text}" for text in heard if actor not in world.readers[text]]
    if lacks(world.actors[actor], target.policy) and answer.status_code < 300:
        words.append(f"answers {answer.status_code} without {target.policy}")
    return words


def text_of(answer: Any) -> str:
    """What a person reads in the answer, whether page, download or PDF."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"%PDF"):
        content = run_program(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout
    return content.decode(errors="replace")


def lacks(user: Any, named: str) -> bool:
    """Whether the page must refuse by role; a superuser passes this question, never that of the row."""
    if named in ("public", "elsewhere") or (user is not None and user.is_superuser):
        return False
    return user is None or reach(user, named) is None


def judge_rows(world: World, actor: str, method: str, before: dict[tuple[str, int], Any]) -> list[str]:
    after = rows_now()
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    if method != "post":
        return [f"{method} changed {key}" for key in changed]
    return [f"changed {key}" for key in changed if key in world.writers and actor not in world.writers[key]]


def rows_now() -> dict[tuple[str, int], Any]:
    """Every row of our tables, by table and key; traces of reading left out."""
    found: dict[tuple[str, int], Any] = {}
    for model in apps.get_models():
        if model._meta.app_label in ("accounts", "scheduling", "clinical") and model is not AuditEvent:
            for row in model._base_manager.values():
                found[(model._meta.db_table, row["id"])] = {k: v for k, v in row.items() if k != "last_login"}
    return found


def payload(world: World) -> dict[str, Any]:
    """Fields that forms of the site read, and the hidden ones that an attacker adds (SEC-05)."""
    foreign = world.rows["patient"]["ben"]
    return {
        "reason": "a reason",
        "text": "a text",
        "complaint": "overwritten",
        "gender": "female",
        "phone": "+44 20 7946 0999",
        "version": "1",
        "day": str(timezone.localdate() + timedelta(days=1)),
        "q": "canary",
        "search": "canary",
        "patient": str(foreign.public_id),
        "patient_id": str(foreign.pk),
        "doctor": str(world.rows["doctor"]["lee"].pk),
        "author": str(world.rows["doctor"]["lee"].user_id),
        "status": "cancelled",
        "role": "admin",
        "is_superuser": "1",
        "confirm": "yes",
        "post": "yes",
    }
