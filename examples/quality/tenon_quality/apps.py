"""The Django app of the plugin."""

from platform_core.sdk.apps import PluginAppConfig


class QualityConfig(PluginAppConfig):
    """Tables `quality_*` in the schema of each organization that has the plugin enabled."""

    name = "tenon_quality"
    label = "quality"
    verbose_name = "Quality notes"
