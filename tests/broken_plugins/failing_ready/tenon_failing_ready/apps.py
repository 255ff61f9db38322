from platform_core.sdk.apps import PluginAppConfig


class FailingReadyConfig(PluginAppConfig):
    name = "tenon_failing_ready"
    label = "failing_ready"

    def plugin_ready(self):
        raise RuntimeError("no licence")
