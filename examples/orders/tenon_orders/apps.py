"""The Django app of the plugin."""

from platform_core.sdk.apps import PluginAppConfig


class OrdersConfig(PluginAppConfig):
    """Tables `orders_*` in the schema of each organization that has the plugin enabled."""

    name = "tenon_orders"
    label = "orders"
    verbose_name = "Orders"
