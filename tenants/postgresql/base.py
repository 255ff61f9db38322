"""Django database backend whose `search_path` follows `tenants.scope` and holds exactly one schema.

django-tenants keeps the tenant on the connection, where an exception, a pool or another thread can leave it behind.
Here the context variable is the only truth: the path is compared before each statement and set when it differs.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import operations
from django_tenants.postgresql_backend import base as django_tenants_base

from tenants.postgresql.cursor import TenantCursor, without_path
from tenants.postgresql.introspection import SchemaIntrospection
from tenants.scope import PUBLIC_SCHEMA, current_organization_or_none, current_schema


class DatabaseOperations(operations.DatabaseOperations):
    """PostgreSQL's, for cursors that set the path together with a statement."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> Any:
        """Return the statement as it reached the server, without the change of path."""
        statement = super().last_executed_query(cursor, sql, params)
        return without_path(statement) if statement else statement


class DatabaseWrapper(django_tenants_base.DatabaseWrapper):  # type: ignore[misc]  # django-tenants is untyped
    """Connection whose schema is `tenants.scope.current_schema()` at every statement."""

    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.introspection = SchemaIntrospection(self)

    @property
    def tenant(self) -> Any:
        return current_organization_or_none()

    @tenant.setter
    def tenant(self, value: Any) -> None:
        """Ignore the parent's initial assignment; `set_tenant` refuses everything later."""

    @property
    def schema_name(self) -> str:
        return current_schema()

    @schema_name.setter
    def schema_name(self, value: Any) -> None:
        """Ignore the parent's initial assignment."""

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:  # noqa: ARG002
        """Refuse: the connection has no tenant of its own.

        Raises:
            ImproperlyConfigured: for anything but the public schema that the parent class sets at start.
        """
        if tenant.schema_name != PUBLIC_SCHEMA:
            raise ImproperlyConfigured(
                "Enter tenants.scope.tenant_scope(organization) instead of connection.set_tenant"
            )

    def get_new_connection(self, conn_params: Any) -> Any:
        """Connect, or take a connection from the pool, and note where it stands."""
        connection = super().get_new_connection(conn_params)
        # PostgreSQL reports the path from version 18 on; before, it is unknown here and set at the first statement.
        self.search_path_set_schemas = connection.info.parameter_status("search_path")
        return connection

    def get_connection_params(self) -> dict[str, Any]:
        """Return the parameters of a connection whose cursors know of scopes."""
        return {**super().get_connection_params(), "cursor_factory": TenantCursor}

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor that sets the path together with its next statement."""
        cursor = super().create_cursor(name)
        if isinstance(cursor, TenantCursor):
            cursor.needed_path = self._needed_path
            cursor.note_path = self._note_path
        return cursor

    def _needed_path(self) -> str | None:
        wanted = current_schema()
        return None if self.search_path_set_schemas == wanted else wanted

    def _note_path(self, schema: str | None) -> None:
        self.search_path_set_schemas = schema

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Set the path for a named cursor, which can hold one statement only; others do it themselves."""
        schema = self._needed_path() if cursor is None else None
        if schema is not None:
            with self.create_cursor() as own_cursor:
                own_cursor.settle_path()
