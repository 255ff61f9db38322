"""Permissions that enabled plugins bring: read from their manifests, inert where a plugin is off."""

from platform_core.plugins.loader import get_registry


def plugin_permissions(enabled: frozenset[str], withheld: frozenset[str] = frozenset()) -> dict[str, frozenset[str]]:
    """Return codename -> suggested roles, of the enabled plugins only.

    Args:
        withheld: codenames that an upgrade asked for and no admin has agreed to: nobody has them.
    """
    if not enabled:
        return {}
    return {
        permission.codename: frozenset(permission.roles)
        for plugin in get_registry().enabled(enabled)
        for permission in plugin.manifest.permissions
        if permission.codename not in withheld
    }
