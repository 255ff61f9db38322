from platform_core.sdk.apps import PluginAppConfig


class LeakyConfig(PluginAppConfig):
    name = "tenon_leaky"
    label = "leaky"
