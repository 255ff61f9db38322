"""Django database backend whose `search_path` follows `tenants.scope` and holds exactly one schema.

django-tenants keeps the tenant on the connection, where an exception, a pool or another thread can leave it behind.
Here the context variable is the only truth: the path is compared before each cursor and set when it differs.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django_tenants.postgresql_backend import base as django_tenants_base
from psycopg import sql

from tenants.postgresql.introspection import SchemaIntrospection
from tenants.scope import PUBLIC_SCHEMA, current_organization_or_none, current_schema


class DatabaseWrapper(django_tenants_base.DatabaseWrapper):  # type: ignore[misc]  # django-tenants is untyped
    """Connection whose schema is `tenants.scope.current_schema()` at every statement."""

    _setting_search_path: bool

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

    def _handle_search_path(self, cursor: Any = None) -> None:
        wanted = current_schema()
        if self._setting_search_path or self.search_path_set_schemas == wanted:
            return
        self._setting_search_path = True
        own_cursor = self.connection.cursor() if cursor is None else cursor
        try:
            own_cursor.execute(f"SET search_path = {sql.Identifier(wanted).as_string()}")
            self.search_path_set_schemas = wanted
        except (django_tenants_base.DatabaseError, django_tenants_base.psycopg.InternalError):
            # The transaction is already aborted: every further statement fails until the rollback, which clears us.
            self.search_path_set_schemas = None
        finally:
            self._setting_search_path = False
            if cursor is None:
                own_cursor.close()
