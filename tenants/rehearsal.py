"""An empty copy of an organization's schema, in which something is tried and of which nothing stays."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tenants import ddl
from tenants.engine import applied_rows
from tenants.scope import OrganizationRef, current_organization, public_scope, tenant_scope
from tenants.scripts import create_schema


@contextmanager
def empty_copy() -> Iterator[OrganizationRef]:
    """Enter a copy of the current schema: all its tables without their rows, and its migration rows.

    What happens in the block, in whichever schema, is rolled back at its end.
    """
    organization = current_organization()
    script = ddl.dump_here(ddl.tables_here(), with_functions=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        applied = [(app, name) for app, name in cursor.fetchall()]
    copy = OrganizationRef(id=organization.id, slug=organization.slug, schema=f"try_{secrets.token_hex(10)}")
    with transaction.atomic():
        try:
            with public_scope():
                create_schema(copy.schema)
            with tenant_scope(copy):
                ddl.replay_here(script + applied_rows(applied))
                yield copy
        finally:
            transaction.set_rollback(True)
