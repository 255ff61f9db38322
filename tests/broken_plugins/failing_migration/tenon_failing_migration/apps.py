from platform_core.sdk.apps import PluginAppConfig


class FailingMigrationConfig(PluginAppConfig):
    name = "tenon_failing_migration"
    label = "failing_migration"
