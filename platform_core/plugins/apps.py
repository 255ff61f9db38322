"""App configuration."""

from django.apps import AppConfig


class PluginsConfig(AppConfig):
    """See DESIGN, the map."""

    name = "platform_core.plugins"
    label = "plugins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add the kernel's system checks, and its rule about whom plugins call."""
        # Needs the app registry, which is being filled while this module is imported.
        from platform_core.plugins import outbound_rule  # noqa: F401  (registers itself)
        from platform_core.plugins.checks import register_checks

        register_checks()
