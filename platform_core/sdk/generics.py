"""Bases of endpoints that many plugins need: reading rows as values, and writing many at once.

    class ProductListAPI(ValuesAPIView):
        permission_required = ViewClassPermission(GET="orders.products.view")
        serializer_class = ProductSerializer
        values = ("id", "name", "stock", "price_cents")
        field_map = {"price": "price_cents"}                       # shown as `price`
        queryset = Product.objects.order_by("id")

        @operation(tag="orders", summary="List products", response=ProductSerializer(many=True), example=...)
        def get(self, request: Request) -> Response:
            return self.list_values(request)                       # one query for the rows, one for their number

    class Products(BulkResource):
        serializer_class = ProductSerializer                       # a BulkModelSerializer
        def get_queryset(self): return Product.objects.all()
        def perform_bulk_create(self, serializer): ...             # your service; `serializer.save()` inserts

    ROUTES = bulk_routes(Products, path="products/", name="product", ...)     # bulk_create/ bulk_update/ bulk_delete/

`annotate_queryset` adds computed columns, `prefetch_queryset` conditions, `consolidate` what takes a query of its own.
"""

from platform_core.api.bulk import (
    BulkListSerializer,
    BulkModelSerializer,
    BulkOutcome,
    BulkResource,
    ItemError,
)
from platform_core.api.bulk_views import BulkPermissions, bulk_routes
from platform_core.api.values import ValuesAPIView

__all__ = [
    "BulkListSerializer",
    "BulkModelSerializer",
    "BulkOutcome",
    "BulkPermissions",
    "BulkResource",
    "ItemError",
    "ValuesAPIView",
    "bulk_routes",
]
