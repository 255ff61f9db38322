"""Which tables a schema has, found without reading the whole catalogue.

`pg_class` has no index by schema, so Django's own question, which every migration asks, reads the tables of all
organizations: 166 ms at a thousand of them. What depends on a schema is indexed.
"""

from typing import Any

from django.db.backends.postgresql.introspection import TableInfo
from django_tenants.postgresql_backend.introspection import DatabaseSchemaIntrospection

from tenants.scope import current_schema

TABLES_OF_SCHEMA = """
    SELECT c.relname,
           CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END,
           obj_description(c.oid, 'pg_class')
    FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
    WHERE d.refclassid = 'pg_namespace'::regclass AND d.classid = 'pg_class'::regclass
      AND d.refobjid = (SELECT oid FROM pg_namespace WHERE nspname = %s)
      AND c.relkind IN ('f', 'm', 'p', 'r', 'v')
    ORDER BY c.relname"""


class SchemaIntrospection(DatabaseSchemaIntrospection):  # type: ignore[misc]
    """Introspection of the schema in scope."""

    def get_table_list(self, cursor: Any) -> list[TableInfo]:
        """Return the tables and views of the current schema."""
        cursor.execute(TABLES_OF_SCHEMA, [current_schema()])
        return [TableInfo(*row) for row in cursor.fetchall() if row[0] not in self.ignored_tables]
