"""Cached scripts: the core's tables once per digest of its migrations, a plugin's once per digest of its own."""

import secrets
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from tenants import ddl
from tenants.digests import core_labels, migrations_digest
from tenants.engine import LOCK_CLASS, applied_rows, migrate_here
from tenants.models import DdlScript
from tenants.scope import OrganizationRef, current_schema, public_scope, tenant_scope

MIGRATIONS_TABLE = "django_migrations"
# A key holds the digest of the migrations, so what stands behind it never changes while a process lives.
_known: dict[str, DdlScript] = {}
MOST_KNOWN = 256


def core_key() -> str:
    """Return the key of the core's script at the installed code."""
    return f"core:{migrations_digest(core_labels())}"


def plugin_key(slug: str, labels: frozenset[str]) -> str:
    """Return the key of a plugin's script at the installed code; it also depends on the core it was built on."""
    return f"plugin:{slug}:{migrations_digest(labels)}:{migrations_digest(core_labels())[:16]}"


def find_script(key: str) -> DdlScript | None:
    """Return a cached script."""
    return find_scripts([key]).get(key)


def find_scripts(keys: Iterable[str]) -> dict[str, DdlScript]:
    """Return the cached scripts among these, by key: one query for those that this process has not seen yet."""
    wanted = list(keys)
    unknown = [key for key in wanted if key not in _known]
    if unknown:
        if len(_known) > MOST_KNOWN:
            _known.clear()
            unknown = wanted
        with public_scope():
            _known.update(DdlScript.objects.in_bulk(unknown))
    return {key: _known[key] for key in wanted if key in _known}


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


def store_script(
    key: str, script: str, migrations: tuple[tuple[str, str], ...], *, tables: Sequence[str] = ()
) -> DdlScript:
    """Keep a script; a second writer of the same key changes nothing.

    Args:
        tables: names of the tables it makes; of a plugin, whose purge drops them by name.
    """
    defaults = {"script": script, "migrations": list(migrations), "tables": list(tables)}
    with public_scope():
        row, _made = DdlScript.objects.get_or_create(key=key, defaults=defaults)
    return row


def replay(*scripts: DdlScript, schema_too: bool = False) -> None:
    """Make the scripts' tables in the current schema and write their migration rows, in one round trip.

    Must be inside a transaction.

    Args:
        schema_too: make the schema itself first.
    """
    migrations = [(app, name) for script in scripts for app, name in script.migrations]
    first = f"CREATE SCHEMA {ddl.quoted(current_schema())};\n" if schema_too else ""
    ddl.replay_here(first + "".join(script.script for script in scripts) + applied_rows(migrations))


def create_schema(schema: str) -> None:
    """Make an empty schema that only its owner may use."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {ddl.quoted(schema)}")


def drop_schema(schema: str) -> None:
    """Drop a schema with everything in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {ddl.quoted(schema)} CASCADE")
