"""Reading the settings that an organization's admin has made for a plugin."""

from typing import Any

from platform_core.plugins.services.settings import plugin_secret, plugin_settings

__all__ = ["read_secret", "read_settings"]


def read_settings(slug: str, *, project_id: int | None = None) -> dict[str, Any]:
    """Return the settings of a plugin in the organization in scope; the schema's defaults fill what nobody set.

    Args:
        project_id: of a project, whose own settings count before the organization's.

    Secret settings are left out: `read_secret` opens one where it is needed, so that none is logged along.

    Raises:
        NotFoundError: the plugin has no settings schema, or there is no such project.
    """
    return plugin_settings(slug, project_id=project_id).effective


def read_secret(slug: str, path: str) -> Any:
    """Return a secret setting (`"writeOnly": true` in the schema) of the organization in scope, or None.

    Args:
        path: names joined by `/`, such as `smtp/password`.

    Raises:
        NotFoundError: the schema has no such secret setting.
    """
    return plugin_secret(slug, path)
