"""Keeps every schema at the installed code: `public`, then each organization that lags.

The state table says who lags in one query. Organizations at the same state form a cohort: the SQL of their plan is
collected once and replayed, one short transaction each; a failure stops nobody else, and the next run resumes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import Error, transaction

from tenants.ddl import replay_here
from tenants.digests import core_labels, migrations_digest, shared_labels
from tenants.engine import (
    Migrated,
    any_applied,
    applied_rows,
    is_replayable,
    migrate_here,
    plan_of,
    schema_lock,
    sql_of,
)
from tenants.errors import MigrationEngineError
from tenants.models import Organization, SchemaState
from tenants.scope import OrganizationRef, public_scope, tenant_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeResult:
    """What became of one schema.

    Attributes:
        applied: migrations applied, in order; empty when it was at head already.
        error: why it failed, empty on success.
    """

    organization: OrganizationRef
    applied: tuple[tuple[str, str], ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A plan's SQL, to be replayed on every schema of a cohort."""

    script: str
    migrations: tuple[tuple[str, str], ...]


def migrate_public() -> Migrated:
    """Bring the shared apps in `public` to their heads."""
    with public_scope():
        return migrate_here(shared_labels())


def lagging_organizations() -> list[tuple[str, OrganizationRef]]:
    """Return (digest, organization) of every schema whose core is not at head: one query of the state table."""
    head = migrations_digest(core_labels())
    with public_scope():
        rows = (
            SchemaState.objects.exclude(core_digest=head)
            .order_by("core_digest", "pk")
            .values_list("core_digest", "organization__pk", "organization__slug", "organization__schema_name")
        )
        return [(digest, OrganizationRef(id=pk, slug=slug, schema=schema)) for digest, pk, slug, schema in rows]


def upgrade_fleet(*, progress: Callable[[UpgradeResult], None] | None = None) -> list[UpgradeResult]:
    """Upgrade every lagging schema; returns a result for each, failures included."""
    results = []
    for result in _upgrades():
        results.append(result)
        if progress is not None:
            progress(result)
    return results


def _upgrades() -> Iterator[UpgradeResult]:
    recipes: dict[str, Recipe | None] = {}
    for digest, organization in lagging_organizations():
        try:
            if digest not in recipes:
                recipes[digest] = _recipe_for(organization)
            yield UpgradeResult(organization=organization, applied=_upgrade(organization, recipes[digest]))
        except (Error, MigrationEngineError) as error:
            yield UpgradeResult(organization=organization, error=str(error).strip())


def _recipe_for(organization: OrganizationRef) -> Recipe | None:
    """Collect the SQL of a cohort's plan on its first schema; None where Python has to run in each."""
    with tenant_scope(organization), transaction.atomic():
        executor, plan = plan_of(core_labels())
        if not is_replayable(plan):
            return None
        script = "\n".join(sql_of(executor, plan))
    return Recipe(script=script, migrations=tuple((migration.app_label, migration.name) for migration, _ in plan))


def _upgrade(organization: OrganizationRef, recipe: Recipe | None) -> tuple[tuple[str, str], ...]:
    with transaction.atomic():
        with tenant_scope(organization):
            applied = migrate_here(core_labels()).applied if recipe is None else _replay(recipe)
        with public_scope():
            state = {"core_digest": migrations_digest(core_labels())}
            SchemaState.objects.filter(organization_id=organization.id).update(**state)
    return applied


def _replay(recipe: Recipe) -> tuple[tuple[str, str], ...]:
    with schema_lock():
        if any_applied(recipe.migrations):
            # Another run was quicker, or the state row lied: the plan of this very schema decides.
            return migrate_here(core_labels()).applied
        replay_here(f"{recipe.script}\n{applied_rows(recipe.migrations)}")
    return recipe.migrations


def organizations_without_state() -> list[OrganizationRef]:
    """Return organizations that have no state row: the index is broken and `tenon doctor` has work."""
    with public_scope():
        return [row.ref() for row in Organization.objects.filter(schema_state=None).order_by("pk")]
