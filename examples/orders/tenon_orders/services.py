"""Writes of the plugin: the rows, their audit entry and their event in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from platform_core.sdk.audit import record_audit
from platform_core.sdk.errors import ValidationFailedError
from platform_core.sdk.events import emit_event
from platform_core.sdk.tasks import visible_task
from platform_core.sdk.views import Principal
from tenon_orders.errors import InsufficientStockError
from tenon_orders.models import Order, OrderLine, Product


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    """So many of one product."""

    product: UUID
    quantity: int


@transaction.atomic
def create_order(*, actor: Principal, lines: Sequence[WantedLine], task: int | None = None) -> Order:
    """Take products from the stock and write down who wanted them.

    Args:
        lines: at least one; each product once.
        task: the task that the order was read from.

    Raises:
        ValidationFailedError: a product is unknown or cannot be ordered, or is named twice.
        InsufficientStockError: there are fewer than were ordered; nothing is changed.
        NotFoundError: the member may not see the task.
    """
    if task is not None:
        visible_task(actor, task)
    products = _locked(lines)
    for line in lines:
        product = products[line.product]
        if product.stock < line.quantity:
            raise InsufficientStockError(
                f"There are {product.stock} of {product.name!r}, and {line.quantity} were ordered.",
                data={"product": str(product.pk), "wanted": line.quantity, "stock": product.stock},
            )
        product.stock -= line.quantity
        product.updated_at = timezone.now()
    total = sum(products[line.product].price_cents * line.quantity for line in lines)
    order = Order.objects.create(customer_id=actor.id, task_id=task, total_cents=total)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product=products[line.product],
            quantity=line.quantity,
            price_cents=products[line.product].price_cents,
        )
        for line in lines
    )
    Product.objects.bulk_update(products.values(), ["stock", "updated_at"])
    facts = {"order": str(order.pk), "total_cents": total, "lines": len(lines)}
    record_audit(
        actor=actor, action="orders.order.created", target_type="orders.order", target_id=str(order.pk), data=facts
    )
    emit_event(type="orders.order.created", payload={**facts, "customer": actor.id})
    return order


def _locked(lines: Sequence[WantedLine]) -> dict[UUID, Product]:
    """Return the products, locked in the order of their ids, so that no two orders wait for each other."""
    wanted = [line.product for line in lines]
    if len(set(wanted)) != len(wanted):
        raise ValidationFailedError(validation_errors={"lines": ["A product is named twice; add the quantities up."]})
    found = Product.objects.select_for_update().filter(pk__in=wanted, active=True).order_by("pk")
    products = {product.pk: product for product in found}
    missing = [str(pk) for pk in wanted if pk not in products]
    if missing:
        raise ValidationFailedError(
            validation_errors={"lines": [f"There is no product {pk} that can be ordered." for pk in missing]}
        )
    return products
