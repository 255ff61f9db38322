"""The object that the entry point names."""

from collections.abc import Sequence

from platform_core.sdk import EventTypeSpec, ExporterSpec, NavigationItem, RouteSpec, hookimpl
from tenon_orders.exporters import PACKING_LIST

_PAYLOAD = {
    "order": {"type": "string"},
    "customer": {"type": "integer"},
    "lines": {"type": "integer"},
    "total_cents": {"type": "integer"},
}


class OrdersPlugin:
    """Hook implementations; what each hook means is specified by the sdk."""

    @hookimpl
    def register_routes(self) -> Sequence[RouteSpec]:
        """Products and orders."""
        # Inline: views need Django's settings, and the entry point is read without them as well.
        from tenon_orders.api.products import PRODUCT_BULK_ROUTES

        return [
            RouteSpec(path="products/", view="tenon_orders.api.products.ProductListAPI", name="product-list"),
            *PRODUCT_BULK_ROUTES,
            RouteSpec(path="orders/", view="tenon_orders.api.orders.OrderListAPI", name="order-list"),
            RouteSpec(path="orders/<uuid:pk>/", view="tenon_orders.api.orders.OrderAPI", name="order-detail"),
            RouteSpec(path="sync/", view="tenon_orders.api.products.SyncAPI", name="sync"),
        ]

    @hookimpl
    def register_event_types(self) -> Sequence[EventTypeSpec]:
        """Orders that were made."""
        return [
            EventTypeSpec(
                key="order.created", summary="somebody has ordered products", payload=_PAYLOAD, organization_only=True
            )
        ]

    @hookimpl
    def register_exporters(self) -> Sequence[ExporterSpec]:
        """The packing list."""
        return [PACKING_LIST]

    @hookimpl
    def register_navigation(self) -> Sequence[NavigationItem]:
        """The page of the orders."""
        return [NavigationItem(key="orders", title="Orders", path="", permission="orders.orders.view")]


plugin = OrdersPlugin()
