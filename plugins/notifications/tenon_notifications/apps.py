"""The Django app of the plugin."""

from platform_core.sdk.apps import PluginAppConfig


class NotificationsConfig(PluginAppConfig):
    """Tables `notifications_*` in the schema of each organization that has the plugin enabled."""

    # The imported base is a candidate too; Django wants to be told which one is meant.
    default = True
    name = "tenon_notifications"
    label = "notifications"
    verbose_name = "Notifications"
