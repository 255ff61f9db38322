"""The Django app of the plugin."""

from platform_core.sdk.apps import PluginAppConfig


class QualityBoardConfig(PluginAppConfig):
    """Table `quality_board_pin` in the schema of each organization that has the plugin enabled."""

    name = "tenon_quality_board"
    label = "quality_board"
    verbose_name = "Quality board"
