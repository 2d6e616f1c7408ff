"""Altering tables in a test as a migration would."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db.migrations import Migration


@contextmanager
def migrating() -> Iterator[None]:
    """What `migrate` does around a plan that is not empty."""
    plan = [(Migration("throwaway", "hospital"), False)]
    emit_pre_migrate_signal(0, False, "default", plan=plan)
    yield
    emit_post_migrate_signal(0, False, "default", plan=plan)
