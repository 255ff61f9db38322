"""Nothing crosses a schema: no foreign key, no table in the wrong place, no statement that names tables of both."""

import re
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from tenants.scope import current_organization_or_none
from tests.walls.calls import call
from tests.walls.routes import operations
from tests.walls.world import forget

pytestmark = pytest.mark.slow  # calls every route of a filled organization

FOREIGN_KEYS = """
    SELECT c.conname, n.nspname, t.nspname FROM pg_constraint c
    JOIN pg_namespace n ON n.oid = c.connamespace
    JOIN pg_class r ON r.oid = c.confrelid JOIN pg_namespace t ON t.oid = r.relnamespace
    WHERE c.contype = 'f'"""
NAMED_TABLE = re.compile(r'(?:FROM|JOIN|INTO|UPDATE|ONLY|COPY)\s+"?([a-z_0-9]+)"?', re.IGNORECASE)


def rows(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def tables(schema):
    return {name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = %s", schema)}


@contextmanager
def watched():
    """Collect (statement, scope) of everything that is sent to the database."""
    seen = []

    def note(execute, statement, parameters, many, context):
        seen.append((str(statement), current_organization_or_none()))
        return execute(statement, parameters, many, context)

    with connection.execute_wrapper(note):
        yield seen


def test_no_foreign_key_leaves_its_schema(here, there):
    keys = rows(FOREIGN_KEYS)

    assert len(keys) > 50
    assert [key for key in keys if key[1] != key[2]] == []


def test_no_table_is_both_shared_and_an_organizations(here, there):
    shared, ours, theirs = (tables(name) for name in ("public", here.organization.schema, there.organization.schema))

    assert shared & ours == {"django_migrations"}
    assert ours == theirs


@pytest.mark.parametrize("role", ["OW", "AN"])
def test_no_statement_of_any_route_names_tables_of_both_sides(here, role):
    person = here.people[role]
    both = {"django_migrations"}
    shared, ours = tables("public") - both, tables(here.organization.schema) - both
    with watched() as seen:
        for item in operations():
            with transaction.atomic():
                call(here.client(person), item, here, person)
                transaction.set_rollback(True)
            forget()
    mixed, misplaced = [], []
    for statement, scope in seen:
        named = set(NAMED_TABLE.findall(statement))
        if named & shared and named & ours:
            mixed.append(statement[:200])
        if named & (shared if scope is not None else ours):
            misplaced.append((statement[:200], scope))

    assert len(seen) > 200
    assert mixed == []
    assert misplaced == []
