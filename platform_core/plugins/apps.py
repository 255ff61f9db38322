"""App configuration."""

from django.apps import AppConfig


class PluginsConfig(AppConfig):
    """See DESIGN, the map."""

    name = "platform_core.plugins"
    label = "plugins"
    default_auto_field = "django.db.models.BigAutoField"
