"""Tables of a plugin in one organization's schema: made, previewed, dropped. Knows labels and tables, never plugins."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from tenants import ddl
from tenants.digests import core_labels, migrations_digest
from tenants.engine import is_replayable, migrate_here, plan_of, schema_lock, settle_constraints, sql_of
from tenants.errors import SchemaBehindError
from tenants.models import SchemaState
from tenants.scope import current_organization, public_scope
from tenants.scripts import find_script, plugin_key, replay, store_script

# What a plan runs depends on its migrations alone, and their code stays the same while a process lives.
_sql_of_plans: dict[tuple[tuple[str, str], ...], list[str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginTables:
    """What a plugin has in the current schema.

    Attributes:
        tables: names, sorted.
        migrations: (app, name) applied by this run, in order.
    """

    tables: tuple[str, ...]
    migrations: tuple[tuple[str, str], ...]


def refuse_lagging_schema() -> None:
    """Refuse to touch a schema whose core is not at the installed code.

    Raises:
        SchemaBehindError: it lags; `tenon migrate` mends it.
    """
    organization = current_organization()
    with public_scope():
        digest = (
            SchemaState.objects.filter(organization_id=organization.id).values_list("core_digest", flat=True).first()
        )
    if digest != migrations_digest(core_labels()):
        raise SchemaBehindError(
            f"The schema of {organization.slug} is not at the installed version: run tenon migrate first."
        )


def make_tables(
    *, slug: str, labels: frozenset[str], installed: frozenset[str], known: Sequence[str] = ()
) -> PluginTables:
    """Bring a plugin's tables in the current schema to the installed code. Must be inside a transaction.

    The first organization migrates; its tables are written down as a script that the next ones replay, as long as the
    migrations are schema operations alone. Which tables belong to the plugin is seen by looking before and after: a
    prefix would not tell `data` from `data_manager`.

    Args:
        labels: the plugin's own app labels.
        installed: labels that are at head here: the core and the plugins it depends on.
        known: tables that an earlier run made.

    Raises:
        PlanRefusedError: the plan touches other apps, or cannot run in a transaction.
        SchemaBehindError: the core is not at head here.
    """
    refuse_lagging_schema()
    if not labels:
        return PluginTables(tables=(), migrations=())
    with schema_lock():
        before = set(ddl.tables_here())
        migrations = _replay(slug, labels) or _migrate(slug, labels, installed, before)
        after = ddl.tables_here()
    tables = tuple(table for table in after if table not in before or table in known)
    return PluginTables(tables=tables, migrations=migrations)


def _replay(slug: str, labels: frozenset[str]) -> tuple[tuple[str, str], ...] | None:
    if has_migrations(labels):
        return None
    script = find_script(plugin_key(slug, labels))
    if script is None:
        return None
    replay(script)
    return tuple((app, name) for app, name in script.migrations)


def _migrate(
    slug: str, labels: frozenset[str], installed: frozenset[str], before: set[str]
) -> tuple[tuple[str, str], ...]:
    _executor, plan = plan_of(labels, installed=installed)
    from_zero, replayable = not has_migrations(labels), is_replayable(plan)
    migrated = migrate_here(labels, installed=installed)
    if from_zero and replayable:
        tables = [table for table in ddl.tables_here() if table not in before]
        script = ddl.dump_here(tables, with_functions=False)
        store_script(plugin_key(slug, labels), script, migrated.applied, tables=tables)
    return migrated.applied


def pending_sql(labels: frozenset[str], *, installed: frozenset[str]) -> list[str]:
    """Return the SQL that enabling or upgrading would run here, without running it."""
    if not labels:
        return []
    with transaction.atomic():
        executor, plan = plan_of(labels, installed=installed)
        key = tuple((migration.app_label, migration.name) for migration, _backwards in plan)
        if key not in _sql_of_plans:
            _sql_of_plans[key] = sql_of(executor, plan)
        return list(_sql_of_plans[key])


def drop_tables(*, labels: Sequence[str], tables: Sequence[str]) -> None:
    """Drop tables and migration rows in the current schema; needs no plugin code. Must be inside a transaction."""
    here = set(ddl.tables_here())
    present = sorted(table for table in tables if table in here)
    # Rows changed earlier in this transaction leave deferred checks behind, and then DROP refuses.
    settle_constraints()
    with connection.cursor() as cursor:
        if present:
            cursor.execute(f"DROP TABLE {', '.join(ddl.quoted(table) for table in present)} CASCADE")
        cursor.execute("DELETE FROM django_migrations WHERE app = ANY(%s)", [list(labels)])


def has_migrations(labels: frozenset[str]) -> bool:
    """Say whether any migration of these apps is recorded here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM django_migrations WHERE app = ANY(%s))", [list(labels)])
        return bool(cursor.fetchone()[0])
