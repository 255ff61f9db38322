"""Permissions that enabled plugins bring: read from their manifests, inert where a plugin is off."""

from functools import lru_cache


def plugin_permissions(enabled: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return codename -> suggested roles, of the enabled plugins only."""
    if not enabled:
        return {}
    return _table(enabled)


@lru_cache(maxsize=256)
def _table(enabled: frozenset[str]) -> dict[str, frozenset[str]]:
    from platform_core.plugins.loader import get_registry

    return {
        permission.codename: frozenset(permission.roles)
        for manifest in get_registry().manifests
        if manifest.slug in enabled
        for permission in manifest.permissions
    }
