import pytest
from django.db import connection, transaction
from django.db.migrations import RunPython, RunSQL
from django.db.migrations.migration import Migration

from tenants.ddl import tables_here
from tenants.digests import core_labels
from tenants.engine import _refuse_non_atomic, applied_rows, is_replayable, migrate_here, plan_of, schema_lock, sql_of
from tenants.errors import PlanRefusedError
from tenants.scope import OrganizationRef, public_scope, tenant_scope
from tenants.scripts import create_schema

EMPTY = OrganizationRef(id=0, slug="empty", schema="o_empty")


@pytest.fixture
def in_empty(db):
    with public_scope():
        create_schema(EMPTY.schema)
    with tenant_scope(EMPTY):
        yield EMPTY


def test_plan_that_leaves_its_labels_is_refused_and_changes_nothing(in_empty):
    with pytest.raises(PlanRefusedError, match=r"would also migrate .*projects.*: a migration depends on them"):
        migrate_here(frozenset({"tasks"}))

    assert tables_here() == []


def test_plan_that_needs_a_newer_core_says_so(in_empty):
    with pytest.raises(PlanRefusedError, match="upgrade the organization first"):
        plan_of(frozenset({"tasks"}), installed=core_labels())


def test_second_run_finds_nothing_to_do(in_empty):
    first = migrate_here(core_labels())
    second = migrate_here(core_labels())

    assert ("tasks", "0001_initial") in first.applied
    assert second.applied == ()


def test_sql_of_an_upgrade_reaches_over_apps_that_its_first_migration_does_not_know(in_alpha):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE (app, name) IN (('projects', '0005_stale_zones'))")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tasks' AND name >= '0008'")
    executor, plan = plan_of(core_labels())

    script = "\n".join(sql_of(executor, plan))

    assert [migration.app_label for migration, _ in plan][:2] == ["projects", "tasks"]
    assert script.index("stale_zones") < script.index('CREATE TABLE "tasks_taskzone"') < script.index("task_completed")


def _migration(**attributes):
    migration = Migration("0001_x", "kites")
    for name, value in attributes.items():
        setattr(migration, name, value)
    return migration


def test_migration_that_cannot_run_in_a_transaction_is_refused():
    with pytest.raises(PlanRefusedError, match=r"kites\.0001_x"):
        _refuse_non_atomic([(_migration(), False), (_migration(atomic=False), False)])


@pytest.mark.parametrize(
    ("attributes", "backwards"),
    [
        ({}, True),
        ({"atomic": False}, False),
        ({"operations": [RunPython(RunPython.noop)]}, False),
        ({"operations": [RunSQL("SELECT 1")]}, False),
    ],
)
def test_only_forward_schema_operations_are_replayed(attributes, backwards):
    assert is_replayable([(_migration(), False)])
    assert not is_replayable([(_migration(), False), (_migration(**attributes), backwards)])


def test_rows_of_applied_migrations_are_quoted(in_alpha):
    odd = [("ki'tes", '0001_"x"; --')]

    with connection.cursor() as cursor:
        cursor.execute(applied_rows(odd))
        cursor.execute("SELECT app, name FROM django_migrations WHERE app LIKE 'ki%%'")
        assert cursor.fetchall() == odd
    assert applied_rows([]) == ""


def test_schema_lock_bounds_the_wait_for_tables_and_no_longer_than_the_transaction(committed):
    def timeout():
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return cursor.fetchone()[0]

    with transaction.atomic(), schema_lock(lock_timeout_ms=1234):
        assert timeout() == "1234ms"
    assert timeout() == "0"
