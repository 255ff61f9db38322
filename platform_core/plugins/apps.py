"""App configuration."""

from django.apps import AppConfig


class PluginsConfig(AppConfig):
    """See DESIGN, the map."""

    name = "platform_core.plugins"
    label = "plugins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add the kernel's system checks, its rule about whom plugins call, and the writing of statistics."""
        # Needs the app registry, which is being filled while this module is imported.
        from platform_core.plugins import flushing, outbound_rule  # noqa: F401  (they register themselves)
        from platform_core.plugins.checks import register_checks

        register_checks()
