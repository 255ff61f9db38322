"""The Django app of the plugin."""

from platform_core.sdk.apps import PluginAppConfig


class BoxStorageConfig(PluginAppConfig):
    """Table `box_storage_item` in the schema of each organization that has the plugin enabled."""

    name = "tenon_box_storage"
    label = "box_storage"
    verbose_name = "Box storage"
