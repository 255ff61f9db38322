from contextlib import closing

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tenants.models import organization_refs
from tenants.postgresql.cursor import TenantCursor
from tenants.scope import public_scope, tenant_scope

MESSAGE = "SELECT current_query()"


def _message():
    """Return what the client sent, whole."""
    with connection.cursor() as cursor:
        cursor.execute(MESSAGE)
        return cursor.fetchone()[0]


def _schema(cursor):
    cursor.execute("SELECT current_schema()")
    return cursor.fetchone()[0]


def test_change_of_scope_travels_with_the_next_statement_and_only_with_it(alpha, beta):
    with tenant_scope(alpha):
        assert _message() == f'SET search_path = "{alpha.schema}"; {MESSAGE}'
        assert _message() == MESSAGE
        with tenant_scope(beta):
            assert _message() == f'SET search_path = "{beta.schema}"; {MESSAGE}'


def test_parameters_and_rows_are_those_of_the_statement(alpha):
    with tenant_scope(alpha), connection.cursor() as cursor:
        cursor.execute("SELECT %s::text || '%%' UNION ALL SELECT 'b'", ["a"])
        assert (cursor.rowcount, cursor.fetchall()) == (2, [("a%",), ("b",)])
        assert cursor.description[0].name == "?column?"


def test_cursor_kept_over_a_change_of_scope_follows_it(alpha, beta):
    with tenant_scope(alpha), connection.cursor() as cursor:
        assert _schema(cursor) == alpha.schema
        with tenant_scope(beta):
            assert _schema(cursor) == beta.schema
        assert _schema(cursor) == alpha.schema
        with public_scope():
            assert _schema(cursor) == "public"


def test_statement_that_fails_takes_its_path_back(committed):
    alpha, beta = organization_refs()
    with tenant_scope(alpha):
        assert _message()
    with tenant_scope(beta):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        with connection.cursor() as cursor:
            assert _schema(cursor) == beta.schema


def test_way_out_of_a_broken_transaction_needs_no_path(alpha, beta):
    with tenant_scope(alpha), transaction.atomic():
        savepoint = transaction.savepoint()
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        with tenant_scope(beta):
            transaction.savepoint_rollback(savepoint)
            with connection.cursor() as cursor:
                assert _schema(cursor) == beta.schema


@pytest.mark.parametrize("way", ["executemany", "copy", "stream", "utility", "named"])
def test_every_way_to_send_a_statement_goes_to_the_scope(alpha, beta, way):
    table = "CREATE TABLE scoped_probe (place text DEFAULT current_schema())"
    for organization in (alpha, beta):
        with tenant_scope(organization), connection.cursor() as cursor:
            cursor.execute(table)
    for organization in (alpha, beta):
        with tenant_scope(organization), connection.cursor() as cursor:
            if way == "executemany":
                cursor.executemany("INSERT INTO scoped_probe VALUES (%s)", [(organization.slug,), (organization.slug,)])
            elif way == "copy":
                with cursor.copy("COPY scoped_probe FROM STDIN") as copy:
                    copy.write_row((organization.slug,))
            elif way == "stream":
                assert list(cursor.stream("SELECT current_schema()")) == [(organization.schema,)]
            elif way == "utility":
                cursor.execute("ALTER TABLE scoped_probe ADD COLUMN note text DEFAULT 'x'")
            else:
                with closing(connection.chunked_cursor()) as named:
                    named.execute("SELECT current_schema()")
                    assert named.fetchall() == [(organization.schema,)]
    for organization in (alpha, beta):
        with tenant_scope(organization), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT place FROM scoped_probe")
            places = [row[0] for row in cursor.fetchall()]
            assert places == ([organization.slug] if way in {"executemany", "copy"} else [])
            cursor.execute(
                "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() "
                "AND table_name = 'scoped_probe'"
            )
            assert cursor.fetchone()[0] == (2 if way == "utility" else 1)


def test_captured_statement_is_the_one_that_was_written(alpha):
    with CaptureQueriesContext(connection) as captured, tenant_scope(alpha):
        _message()
    assert [query["sql"] for query in captured.captured_queries] == [MESSAGE]


def test_schema_with_a_per_cent_sign_is_refused(alpha):
    with tenant_scope(alpha), connection.cursor() as cursor:
        raw = cursor.cursor
        assert isinstance(raw, TenantCursor)
        raw.needed_path = lambda: "o%s"
        with pytest.raises(ValueError, match="Not a schema"):
            raw.execute("SELECT 1")


def test_utility_statement_in_a_broken_transaction_fails_before_it_reaches_a_schema(alpha, beta):
    with tenant_scope(alpha), transaction.atomic():
        savepoint = transaction.savepoint()
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        with tenant_scope(beta), connection.cursor() as cursor, pytest.raises(DatabaseError, match="aborted"):
            cursor.execute("ALTER TABLE tasks_task ADD COLUMN never int")
        transaction.savepoint_rollback(savepoint)
        with tenant_scope(beta), connection.cursor() as cursor:
            assert _schema(cursor) == beta.schema
