"""Upgrading enabled plugins over the fleet: the index says who lags, each organization is its own transaction."""

from collections.abc import Callable
from dataclasses import dataclass

from platform_core.api.errors import TenonError
from platform_core.plugins.loader import get_registry
from platform_core.plugins.services.activation import enable_plugin
from platform_core.plugins.services.fleet_index import organizations_with_old_plugins
from platform_core.plugins.services.installed import labels_of_plugin
from tenants.digests import migrations_digest
from tenants.scope import OrganizationRef, tenant_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginUpgrade:
    """What became of one plugin in one organization; `error` is empty on success."""

    organization: OrganizationRef
    slug: str
    error: str = ""


def upgrade_plugins(*, progress: Callable[[PluginUpgrade], None] | None = None) -> list[PluginUpgrade]:
    """Bring every enabled plugin of every organization to the installed version, dependencies first.

    What a new version asks beyond what was agreed to is withheld there until an admin agrees.
    A failure leaves that plugin in `upgrade_failed` in that organization and stops nothing else.
    """
    registry = get_registry()
    current = {
        slug: (plugin.manifest.version, _digest(labels_of_plugin(plugin))) for slug, plugin in registry.plugins.items()
    }
    order = {slug: index for index, slug in enumerate(registry.plugins)}
    results = []
    for organization, slug in sorted(
        organizations_with_old_plugins(current), key=lambda item: (item[0].id, order[item[1]])
    ):
        try:
            with tenant_scope(organization):
                enable_plugin(slug=slug, plan_hash=None, actor=None, agreed=False)
            result = PluginUpgrade(organization=organization, slug=slug)
        except TenonError as error:
            result = PluginUpgrade(organization=organization, slug=slug, error=error.detail)
        results.append(result)
        if progress is not None:
            progress(result)
    return results


def _digest(labels: frozenset[str]) -> str:
    return migrations_digest(labels) if labels else ""
