"""The base of a plugin's Django app."""

from platform_core.plugins.appconfig import PluginAppConfig

__all__ = ["PluginAppConfig"]
