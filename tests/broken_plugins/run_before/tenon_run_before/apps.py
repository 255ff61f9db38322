from platform_core.sdk.apps import PluginAppConfig


class RunBeforeConfig(PluginAppConfig):
    name = "tenon_run_before"
    label = "run_before"
