"""Reading the settings that an organization's admin has made for a plugin."""

from typing import Any

from platform_core.plugins.services.settings import plugin_settings

__all__ = ["read_settings"]


def read_settings(slug: str) -> dict[str, Any]:
    """Return the settings of a plugin in the organization in scope; the schema's defaults fill what nobody set.

    Raises:
        NotFoundError: the plugin has no settings schema.
    """
    return plugin_settings(slug).values
