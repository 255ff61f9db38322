"""Reads of the plugin's tables."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from platform_core.sdk.views import Principal
from tenon_orders.models import Order, OrderLine

Row = dict[str, Any]


def orders_visible_to(principal: Principal) -> QuerySet[Order]:
    """Return one's own orders, or everybody's, latest first."""
    orders = Order.objects.order_by("-created_at", "id")
    return orders if principal.can("orders.orders.view_all") else orders.filter(customer_id=principal.id)


def lines_of(orders: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """Return the lines of some orders, by order; one query for all of them."""
    rows = OrderLine.objects.filter(order__in=list(orders)).order_by("id")
    lines: dict[UUID, list[Row]] = defaultdict(list)
    for order, product, name, quantity, price in rows.values_list(
        "order_id", "product_id", "product__name", "quantity", "price_cents"
    ):
        line = {"product": {"id": product, "name": name}, "quantity": quantity, "price_cents": price}
        lines[order].append(line)
    return lines


def orders_of_tasks(tasks: Iterable[int]) -> dict[int, list[Row]]:
    """Return what was ordered by the orders that were read from some tasks, by task."""
    rows = OrderLine.objects.filter(order__task__in=list(tasks)).order_by("order__created_at", "order_id", "id")
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows.values("order_id", "order__task_id", "product__name", "quantity", "price_cents"):
        found[row["order__task_id"]].append(row)
    return found
