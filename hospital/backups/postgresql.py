"""PostgreSQL: pg_dump of an exported snapshot; put back inside one transaction that commits when all is proven."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

import psycopg
from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import IsolationLevel
from psycopg.conninfo import make_conninfo

from accounts.errors import DomainError
from hospital.backups.digests import of_postgresql
from hospital.backups.errors import NotRestored, NotTaken
from hospital.backups.sealing import BLOCK, Aside
from hospital.backups.snapshots import Read, Snapshot

COPY = re.compile(rb"^COPY .* FROM stdin;\n$")
END_OF_COPY = b"\\.\n"
# Words for psql alone, such as \restrict.
FOR_PSQL = b"\\"
# What stands in the schema and is nobody's extension.
EVERYTHING = """
    SELECT format('DROP TABLE IF EXISTS %I CASCADE', c.relname) FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT format('DROP FUNCTION IF EXISTS %I(%s) CASCADE', p.proname, pg_get_function_identity_arguments(p.oid))
    FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
IN_USE = gettext_lazy("Somebody is using the database. Stop the site, then restore again.")
# What Django adds to the parameters of a connection, and no other program understands.
DJANGO_ONLY = ("cursor_factory", "context", "prepare_threshold", "client_encoding", "server_side_binding")


def tool(name: str, refusal: type[DomainError]) -> str:
    if found := shutil.which(name):
        return found
    raise refusal(
        _("%(name)s is not on the PATH: install PostgreSQL's client programs (postgresql-client).")
        % {"name": name}
    )


def address(connection: BaseDatabaseWrapper) -> tuple[str, dict[str, str]]:
    """For the programs: the address without the password, and the environment that holds it."""
    params = {k: v for k, v in connection.get_connection_params().items() if k not in DJANGO_ONLY}
    secret = params.pop("password", None)
    return make_conninfo(**params), {"PGPASSWORD": secret} if secret else {}


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[Snapshot]:
    """The digests and the dump see the same moment, because they share a snapshot."""
    program = tool("pg_dump", NotTaken)
    where, secret = address(connection)
    with connection.wrap_database_errors, psycopg.connect(where, password=secret.get("PGPASSWORD")) as reader:
        reader.isolation_level, reader.read_only = IsolationLevel.REPEATABLE_READ, True
        (name,) = reader.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        version = str(reader.info.server_version)
        dump = [program, "--format=custom", "--no-comments", f"--snapshot={name}", f"--dbname={where}"]
        yield Snapshot(of_postgresql(reader), version, output(dump, secret))


def output(command: list[str], secret: dict[str, str]) -> Iterator[bytes]:
    with TemporaryFile() as complaints, running(command, secret, complaints) as program:
        while block := program.stdout.read(BLOCK):
            yield block
        if program.wait():
            raise NotTaken(words_of(complaints))


@contextmanager
def running(command: list[str], secret: dict[str, str], complaints: IO[bytes], **pipes: Any) -> Iterator[Any]:
    """A program that does not outlive the need for it. No shell reads the command, and we wrote all its words."""
    environment = {"PATH": os.defpath, "LC_ALL": "C"} | secret
    program: Any = subprocess.Popen(  # noqa: S603
        command, env=environment, stdout=subprocess.PIPE, stderr=complaints, **pipes
    )
    try:
        yield program
    finally:
        program.kill()
        program.stdout.close()
        program.wait()


def words_of(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    return complaints.read().decode(errors="replace").strip()


@contextmanager
def restored(connection: BaseDatabaseWrapper, read: Read) -> Iterator[None]:
    """The restored rows, in a transaction that is undone when anybody objects to them."""
    program = tool("pg_restore", NotRestored)
    script = [program, "--no-owner", "--no-privileges", "--file=-"]
    with transaction.atomic(), TemporaryFile() as complaints:
        empty(connection)
        with running(script, {}, complaints, stdin=subprocess.PIPE) as writer:
            reading = Aside(lambda: feed(read, writer.stdin))
            run_script(connection, writer.stdout)
            reading.done()
            if writer.wait():
                raise NotRestored(words_of(complaints))
        yield
    # The script settles things for the whole session.
    connection.close()


def feed(read: Read, stdin: IO[bytes]) -> None:
    with stdin:
        read(stdin.write)


def empty(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING)
        for (drop,) in cursor.fetchall():
            try:
                cursor.execute(drop)
            except OperationalError as error:
                raise NotRestored(IN_USE) from error


def run_script(connection: BaseDatabaseWrapper, lines: IO[bytes]) -> None:
    """Statements as they come; the rows after each COPY go straight through."""
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        (path,) = cursor.execute("SHOW search_path").fetchone()
        statements: list[bytes] = []
        for line in lines:
            if COPY.match(line):
                run(cursor, statements)
                copy_rows(cursor, line, lines)
            elif not line.startswith(FOR_PSQL):
                statements.append(line)
        run(cursor, statements)
        cursor.execute("SELECT set_config('search_path', %s, false)", [path])


def run(cursor: psycopg.Cursor, statements: list[bytes]) -> None:
    cursor.execute(b"".join(statements))
    statements.clear()


def copy_rows(cursor: psycopg.Cursor, statement: bytes, lines: IO[bytes]) -> None:
    with cursor.copy(statement.rstrip(b";\n")) as rows:
        for line in lines:
            if line == END_OF_COPY:
                return
            rows.write(line)
    raise NotRestored
