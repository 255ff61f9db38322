"""Plugins whose code runs in this process, and the app labels that belong to them."""

from platform_core.api.errors import ConflictError, NotFoundError
from platform_core.plugins.loader import LoadedPlugin, get_registry
from tenants.digests import core_labels


def loaded_plugin(slug: str) -> LoadedPlugin:
    """Return a plugin whose code runs in this process.

    Raises:
        NotFoundError: it is not installed.
        ConflictError: it is quarantined; the message has the reason.
    """
    registry = get_registry()
    if slug in registry.quarantined:
        raise ConflictError(
            f'Plugin "{slug}" is quarantined: {registry.quarantined[slug].reason}', data={"plugin": slug}
        )
    if slug not in registry.plugins:
        raise NotFoundError(f'There is no plugin "{slug[:40]}".')
    return registry.plugins[slug]


def labels_of_plugin(plugin: LoadedPlugin) -> frozenset[str]:
    """Return the app labels whose tables belong to a plugin."""
    return frozenset({plugin.label}) if plugin.label else frozenset()


def installed_labels(plugin: LoadedPlugin) -> frozenset[str]:
    """Return the labels that are at head before a plugin is enabled: the core's and those of its dependencies."""
    registry = get_registry()
    needed = [registry.plugins[slug] for slug in plugin.manifest.depends if slug in registry.plugins]
    return core_labels().union(*(labels_of_plugin(item) | installed_labels(item) for item in needed))
