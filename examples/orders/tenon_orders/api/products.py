"""Products: read as values, written in bulk, or kept in step with a client that works on its own."""

from typing import Any, Final

from django.db.models import ProtectedError, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.audit import record_audit
from platform_core.sdk.changes import ChangeBatchSerializer, ChangeRegister, ChangeTable
from platform_core.sdk.errors import ValidationFailedError
from platform_core.sdk.generics import (
    BulkListSerializer,
    BulkPermissions,
    BulkResource,
    ValuesAPIView,
    bulk_routes,
)
from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation
from tenon_orders.api import examples
from tenon_orders.api.serializers import OutcomeSerializer, ProductSerializer
from tenon_orders.models import Change, Product

TAG: Final = "orders"
CHANGE: Final = "orders.products.change"


class ProductListAPI(ValuesAPIView):
    """All products."""

    permission_required = ViewClassPermission(GET="orders.products.view")
    serializer_class = ProductSerializer
    queryset = Product.objects.order_by("name", "id")
    values = ("id", "name", "price_cents", "stock", "active")

    @operation(
        tag=TAG,
        summary="List products",
        response=ProductSerializer(many=True),
        example=examples.page(examples.PRODUCT),
    )
    def get(self, request: Request) -> Response:
        """Return a page of products by name."""
        return self.list_values(request)


class Products(BulkResource):
    """Products that are written in bulk."""

    serializer_class = ProductSerializer

    def get_queryset(self) -> QuerySet[Product]:
        """Return all products: whoever may change one may change each."""
        return Product.objects.all()

    def perform_bulk_create(self, serializer: BulkListSerializer) -> list[Any]:
        """Add products."""
        return self._recorded("added", super().perform_bulk_create(serializer))

    def perform_bulk_update(self, serializer: BulkListSerializer) -> list[Any]:
        """Change products."""
        return self._recorded("changed", super().perform_bulk_update(serializer))

    def perform_bulk_delete(self, queryset: QuerySet[Any]) -> None:
        """Delete products that nobody has ordered."""
        products = list(queryset)
        try:
            queryset.delete()
        except ProtectedError as error:
            message = "A product that was ordered cannot be deleted: set `active` to false."
            raise ValidationFailedError(message) from error
        self._recorded("deleted", products)

    def _recorded(self, what: str, products: list[Any]) -> list[Any]:
        facts = {"products": [str(product.pk) for product in products]}
        record_audit(
            actor=self.principal,
            action=f"orders.products.{what}",
            target_type="orders.product",
            target_id="",
            data=facts,
        )
        return products


PRODUCT_BULK_ROUTES: Final = bulk_routes(
    Products,
    path="products/",
    name="product",
    tag=TAG,
    permissions=BulkPermissions(create=CHANGE, update=CHANGE, delete=CHANGE),
    example=examples.PRODUCT,
    request_example=examples.NEW_PRODUCT,
)
REGISTER: Final = ChangeRegister(
    name="orders",
    records=Change,
    tables={
        "product": ChangeTable(resource=Products, permissions={"created": CHANGE, "updated": CHANGE, "deleted": CHANGE})
    },
)


class SyncAPI(TenonAPIView):
    """A batch of changes, and what others have changed."""

    permission_required = ViewClassPermission(POST="orders.products.view")
    serializer_class = ChangeBatchSerializer

    @operation(
        tag=TAG,
        summary="Synchronize products",
        request=ChangeBatchSerializer,
        request_example=examples.BATCH,
        response=OutcomeSerializer,
        example=examples.OUTCOME,
        errors=[413],
    )
    def post(self, request: Request) -> Response:
        """Apply the changes that are right and still wanted, and answer with what others did since."""
        return Response(REGISTER.apply(principal=self.principal, **self.validated(request)).as_json())
