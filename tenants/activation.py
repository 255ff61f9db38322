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
# The same for apps that need the core alone, where none of their migrations has run: no graph has to be built for it.
_sql_from_zero: dict[frozenset[str], list[str]] = {}


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
    prefix would not tell `data` from `data_more`.

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
        return _replay(slug, labels) or _migrate(slug, labels, installed, known)


def _replay(slug: str, labels: frozenset[str]) -> PluginTables | None:
    if has_migrations(labels):
        return None
    script = find_script(plugin_key(slug, labels))
    if script is None:
        return None
    replay(script)
    migrations = tuple((app, name) for app, name in script.migrations)
    return PluginTables(tables=tuple(script.tables), migrations=migrations)


def _migrate(slug: str, labels: frozenset[str], installed: frozenset[str], known: Sequence[str]) -> PluginTables:
    _executor, plan = plan_of(labels, installed=installed)
    from_zero, replayable = not has_migrations(labels), is_replayable(plan)
    before = set(ddl.tables_here())
    migrated = migrate_here(labels, installed=installed)
    after = ddl.tables_here()
    if from_zero and replayable:
        made = [table for table in after if table not in before]
        script = ddl.dump_here(made, with_functions=False)
        store_script(plugin_key(slug, labels), script, migrated.applied, tables=made)
    tables = tuple(table for table in after if table not in before or table in known)
    return PluginTables(tables=tables, migrations=migrated.applied)


def pending_sql(labels: frozenset[str], *, installed: frozenset[str]) -> list[str]:
    """Return the SQL that enabling or upgrading would run here, without running it.

    The core must be at head here: see `refuse_lagging_schema`.
    """
    if not labels:
        return []
    from_zero = installed == core_labels() and not has_migrations(labels)
    if from_zero and labels in _sql_from_zero:
        return list(_sql_from_zero[labels])
    with transaction.atomic():
        executor, plan = plan_of(labels, installed=installed)
        key = tuple((migration.app_label, migration.name) for migration, _backwards in plan)
        if key not in _sql_of_plans:
            _sql_of_plans[key] = sql_of(executor, plan)
    if from_zero:
        _sql_from_zero[labels] = _sql_of_plans[key]
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
