from platform_core.sdk.apps import PluginAppConfig


class CarelessConfig(PluginAppConfig):
    name = "tenon_careless"
    label = "careless"
