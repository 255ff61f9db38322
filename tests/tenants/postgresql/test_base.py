from contextlib import closing
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InternalError, connection, transaction

from tenants.models import organization_refs
from tenants.scope import public_scope, tenant_scope


def _path():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schemas(false)")
        return cursor.fetchone()[0]


def _fail_inside(organization):
    """Let the transaction that set the path fail."""
    with transaction.atomic(), tenant_scope(organization):
        assert _path() == [organization.schema]
        raise ZeroDivisionError


def _go_on_after_a_failure(organization):
    with transaction.atomic():
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        with tenant_scope(organization):
            _path()


def test_path_holds_exactly_one_schema(alpha, beta):
    with tenant_scope(alpha):
        assert _path() == [alpha.schema]
        with tenant_scope(beta):
            assert _path() == [beta.schema]
        with public_scope():
            assert _path() == ["public"]
        assert _path() == [alpha.schema]
    assert _path() == ["public"]


def test_path_that_a_savepoint_took_back_is_set_again(alpha, beta):
    with tenant_scope(beta):
        assert _path() == [beta.schema]
    with pytest.raises(ZeroDivisionError):
        _fail_inside(alpha)

    with tenant_scope(alpha):
        assert _path() == [alpha.schema]


def test_path_that_a_rollback_took_back_is_set_again(committed):
    alpha, beta = organization_refs()
    with tenant_scope(beta):
        assert _path() == [beta.schema]
    with pytest.raises(ZeroDivisionError):
        _fail_inside(alpha)

    with tenant_scope(alpha):
        assert _path() == [alpha.schema]


def test_statement_in_a_broken_transaction_fails_instead_of_going_to_the_old_schema(alpha, beta):
    with tenant_scope(alpha):
        assert _path() == [alpha.schema]
        with pytest.raises(InternalError, match="aborted"):
            _go_on_after_a_failure(beta)
    with tenant_scope(beta):
        assert _path() == [beta.schema]


def test_connection_shows_the_scope_and_has_no_tenant_of_its_own(alpha):
    with tenant_scope(alpha):
        assert (connection.tenant, connection.schema_name) == (alpha, alpha.schema)
    assert (connection.tenant, connection.schema_name) == (None, "public")

    connection.set_tenant(SimpleNamespace(schema_name="public"))
    with pytest.raises(ImproperlyConfigured, match="tenant_scope"):
        connection.set_tenant(SimpleNamespace(schema_name=alpha.schema))
    assert connection.tenant is None


def test_server_side_cursor_goes_to_the_scope_that_opens_it(alpha, beta):
    for organization in (alpha, beta):
        with tenant_scope(organization), closing(connection.chunked_cursor()) as cursor:
            cursor.execute("SELECT current_schemas(false)")
            assert cursor.fetchone()[0] == [organization.schema]
