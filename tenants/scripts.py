"""Cached scripts: the core's tables once per digest of its migrations, a plugin's once per digest of its own."""

import secrets

from django.db import connection, transaction

from tenants import ddl
from tenants.digests import core_labels, migrations_digest
from tenants.engine import LOCK_CLASS, applied_rows, migrate_here
from tenants.models import DdlScript
from tenants.scope import OrganizationRef, public_scope, tenant_scope

MIGRATIONS_TABLE = "django_migrations"


def core_key() -> str:
    """Return the key of the core's script at the installed code."""
    return f"core:{migrations_digest(core_labels())}"


def plugin_key(slug: str, labels: frozenset[str]) -> str:
    """Return the key of a plugin's script at the installed code; it also depends on the core it was built on."""
    return f"plugin:{slug}:{migrations_digest(labels)}"


def find_script(key: str) -> DdlScript | None:
    """Return a cached script."""
    with public_scope():
        return DdlScript.objects.filter(key=key).first()


def core_script() -> DdlScript:
    """Return the core's script, building it on first use by migrating a throw-away schema."""
    found = find_script(core_key())
    return found if found is not None else _build_core_script()


def _build_core_script() -> DdlScript:
    template = OrganizationRef(id=0, slug="template", schema=f"tpl_{secrets.token_hex(12)}")
    with transaction.atomic():
        with public_scope():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_CLASS])
            found = find_script(core_key())
            if found is not None:
                return found
            create_schema(template.schema)
        with tenant_scope(template):
            migrated = migrate_here(core_labels())
            script = ddl.dump_here(ddl.tables_here(), with_functions=True)
        with public_scope():
            drop_schema(template.schema)
            return store_script(core_key(), script, migrated.applied)


def store_script(key: str, script: str, migrations: tuple[tuple[str, str], ...]) -> DdlScript:
    """Keep a script; a second writer of the same key changes nothing."""
    with public_scope():
        row, _made = DdlScript.objects.get_or_create(
            key=key, defaults={"script": script, "migrations": list(migrations)}
        )
    return row


def replay(script: DdlScript) -> None:
    """Make a script's tables in the current schema and write its migration rows. Must be inside a transaction."""
    ddl.replay_here(script.script + applied_rows([(app, name) for app, name in script.migrations]))


def create_schema(schema: str) -> None:
    """Make an empty schema that only its owner may use."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {ddl.quoted(schema)}")


def drop_schema(schema: str) -> None:
    """Drop a schema with everything in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {ddl.quoted(schema)} CASCADE")
