"""The only migration engine. It migrates named apps in one schema, in one transaction, and refuses everything else.

Stock `migrate` is shadowed: with a router that says no, Django still records the refused migration as applied
(reference/plugin_platforms.md, M1). Here the plan is built for explicit targets, and refused when it leaves the scope.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.migrations import RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from psycopg import sql

from tenants.errors import PlanRefusedError
from tenants.routers import migration_scope
from tenants.scope import current_schema

LOCK_CLASS = 0x7E40
LOCK_TIMEOUT_MS = 5000

Plan = list[tuple[Migration, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What one run of the engine did: names of the applied migrations, in order."""

    applied: tuple[tuple[str, str], ...]


@contextmanager
def schema_lock(*, lock_timeout_ms: int = LOCK_TIMEOUT_MS) -> Iterator[None]:
    """Hold the schema's advisory lock for the current transaction, with a bound on waiting for table locks.

    Must be entered inside `transaction.atomic()`.
    """
    with connection.cursor() as cursor:
        # From left to right: the bound holds for the locks after this one.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s)), set_config('lock_timeout', %s, true)",
            [LOCK_CLASS, current_schema(), str(lock_timeout_ms)],
        )
    yield


def plan_of(labels: frozenset[str], *, installed: frozenset[str] = frozenset()) -> tuple[MigrationExecutor, Plan]:
    """Return the executor and the pending plan that brings `labels` to their heads in the current schema.

    Args:
        labels: apps to migrate.
        installed: apps that must already be at head here; a plan that would touch them is refused.

    Raises:
        PlanRefusedError: the plan touches an app outside `labels`.
    """
    executor = MigrationExecutor(connection)
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    plan: Plan = executor.migration_plan(targets)
    strangers = sorted({migration.app_label for migration, _backwards in plan} - labels)
    if strangers:
        reason = "upgrade the organization first" if set(strangers) <= installed else "a migration depends on them"
        raise PlanRefusedError(
            f"The plan for {', '.join(sorted(labels))} would also migrate {', '.join(strangers)}: {reason}"
        )
    return executor, plan


def migrate_here(labels: frozenset[str], *, installed: frozenset[str] = frozenset()) -> Migrated:
    """Bring `labels` to their heads in the current schema: one transaction, one lock, or nothing.

    Raises:
        PlanRefusedError: the plan leaves the scope, or holds a migration that cannot run in a transaction.
    """
    with transaction.atomic(), schema_lock(), migration_scope(labels):
        executor, plan = plan_of(labels, installed=installed)
        _refuse_non_atomic(plan)
        if plan:
            executor.recorder.ensure_schema()
            executor.migrate([], plan=plan, state=_state_here(executor))
        settle_constraints()
    return Migrated(applied=tuple((migration.app_label, migration.name) for migration, _backwards in plan))


def _state_here(executor: MigrationExecutor) -> Any:
    """Return the models as the applied migrations leave them; Django's `migrate` command asks the executor likewise."""
    return executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]  # noqa: SLF001


def _refuse_non_atomic(plan: Plan) -> None:
    names = [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan if not migration.atomic]
    if names:
        raise PlanRefusedError(f"These migrations cannot run in a transaction: {', '.join(names)}")


def settle_constraints() -> None:
    """Check deferred constraints now, so that a failure belongs to this transaction and no event is pending for DDL."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def sql_of(executor: MigrationExecutor, plan: Plan) -> list[str]:
    """Return the statements of a forward plan without running them; comments mark what has no SQL.

    Django's own collector begins with the models that the plan's first migration knows, and breaks where a later one
    changes an app that the first has never heard of.
    """
    labels = frozenset(migration.app_label for migration, _backwards in plan)
    statements: list[str] = []
    if not plan:
        return statements
    with migration_scope(labels):
        state = _state_here(executor)
        for migration, _backwards in plan:
            with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
                state = migration.apply(state, editor, collect_sql=True)
            statements.extend(editor.collected_sql)
    return statements


def is_replayable(plan: Sequence[tuple[Migration, bool]]) -> bool:
    """Say whether a plan is schema operations alone, so that its SQL may be replayed elsewhere without Python."""
    return all(
        not backwards
        and migration.atomic
        and all(_is_schema_operation(operation) for operation in migration.operations)
        for migration, backwards in plan
    )


def _is_schema_operation(operation: Operation) -> bool:
    return not isinstance(operation, RunPython | RunSQL)


def applied_rows(migrations: Sequence[tuple[str, str]]) -> str:
    """Return the statement that writes the migration rows of a script that is replayed in the current schema."""
    rows = ", ".join(
        f"({sql.Literal(app).as_string()}, {sql.Literal(name).as_string()}, now())" for app, name in migrations
    )
    return f"INSERT INTO django_migrations (app, name, applied) VALUES {rows};\n" if rows else ""  # noqa: S608  (quoted above)


def any_applied(migrations: Sequence[tuple[str, str]]) -> bool:
    """Say whether any of these is recorded as applied in the current schema."""
    apps, names = [app for app, _ in migrations], [name for _, name in migrations]
    wanted = "SELECT * FROM unnest(%s::text[], %s::text[])"
    query = f"SELECT EXISTS (SELECT FROM django_migrations WHERE (app, name) IN ({wanted}))"  # noqa: S608  (constants)
    with connection.cursor() as cursor:
        cursor.execute(query, [apps, names])
        return bool(cursor.fetchone()[0])
