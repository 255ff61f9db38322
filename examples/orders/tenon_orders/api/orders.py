"""Orders: a thin view; `create_order` does the work."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.sdk.generics import ValuesAPIView
from platform_core.sdk.views import ViewClassPermission, operation
from tenon_orders.api import examples
from tenon_orders.api.serializers import CreateOrder, OrderDetail
from tenon_orders.models import Order
from tenon_orders.queries import lines_of, orders_visible_to
from tenon_orders.services import WantedLine, create_order

TAG = "orders"


class OrderView(ValuesAPIView):
    """How an order is read: its columns, and its lines by one query a page."""

    values = ("id", "customer_id", "customer__email", "task_id", "total_cents", "created_at")

    def get_queryset(self) -> QuerySet[Any]:
        """Return the orders that the member may see."""
        return orders_visible_to(self.principal)

    def consolidate(self, items: list[dict[str, Any]], queryset: QuerySet[Any]) -> list[dict[str, Any]]:  # noqa: ARG002
        """Add the lines."""
        lines = lines_of(item["id"] for item in items)
        return [
            {
                "id": item["id"],
                "customer": item["customer_id"] and {"id": item["customer_id"], "email": item["customer__email"]},
                "task": item["task_id"],
                "lines": lines[item["id"]],
                "total_cents": item["total_cents"],
                "created_at": item["created_at"],
            }
            for item in items
        ]


class OrderListAPI(OrderView):
    """Orders, and a new one."""

    permission_required = ViewClassPermission(GET="orders.orders.view", POST="orders.orders.add")
    serializer_class = CreateOrder

    @operation(tag=TAG, summary="List orders", response=OrderDetail(many=True), example=examples.page(examples.ORDER))
    def get(self, request: Request) -> Response:
        """Return a page of one's own orders, or of everybody's, latest first."""
        return self.list_values(request)

    @operation(
        tag=TAG,
        summary="Order products",
        request=CreateOrder,
        request_example=examples.NEW_ORDER,
        response=OrderDetail,
        status=201,
        example=examples.ORDER,
        errors=[409],
    )
    def post(self, request: Request) -> Response:
        """Take products from the stock; 409 `insufficient_stock` where there are fewer, and nothing is changed."""
        wanted = self.validated(request)
        lines = [WantedLine(**line) for line in wanted["lines"]]
        order: Order = create_order(actor=self.principal, lines=lines, task=wanted.get("task"))
        answer = self.one_value(request, order.pk)
        answer.status_code = 201
        return answer


class OrderAPI(OrderView):
    """One order."""

    permission_required = ViewClassPermission(GET="orders.orders.view")
    serializer_class = OrderDetail

    @operation(tag=TAG, summary="Read an order", response=OrderDetail, example=examples.ORDER)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the order."""
        return self.one_value(request, pk)
