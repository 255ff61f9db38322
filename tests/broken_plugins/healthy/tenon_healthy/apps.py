from platform_core.sdk.apps import PluginAppConfig


class HealthyConfig(PluginAppConfig):
    name = "tenon_healthy"
    label = "healthy"
