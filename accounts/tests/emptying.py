"""How a test with real transactions leaves the database: empty, with its rules in place, in a few milliseconds."""

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.inventory import without_rules

# What a migration leaves behind; Django's own flush empties these only to fill them again.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty(connection: BaseDatabaseWrapper) -> None:
    """Twice at the most: a page that is still being answered may hold what is deleted, and want what is held."""
    try:
        _empty(connection)
    except OperationalError:
        _empty(connection)


def _empty(connection: BaseDatabaseWrapper) -> None:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    names = [connection.ops.quote_name(table) for table in sorted(tables - KEPT)]
    deleting = [f"DELETE FROM {name}" for name in names]
    if connection.vendor == "sqlite":
        with without_rules(connection):
            _run(connection, deleting)
    elif _may_pass_the_rules(connection):
        # Deleting waits for no page that is still being answered; truncating does, and costs a second.
        _run(connection, ["SET LOCAL session_replication_role = replica", *deleting])
    else:
        with without_rules(connection):
            _run(connection, [f"TRUNCATE {', '.join(names)}"])


def _may_pass_the_rules(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
