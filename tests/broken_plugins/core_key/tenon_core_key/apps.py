from platform_core.sdk.apps import PluginAppConfig


class CoreKeyConfig(PluginAppConfig):
    name = "tenon_core_key"
    label = "core_key"
