"""Reads of the plugin's tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from platform_core.sdk.errors import NotFoundError
from platform_core.sdk.events import actions_of, known_event_types
from platform_core.sdk.projects import projects_visible_to
from platform_core.sdk.views import Principal
from tenon_webhooks.models import Attempt, Delivery, Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDelivery:
    """A delivery and its attempts."""

    delivery: Delivery
    attempts: list[Attempt]


def wanted_types(event_types: frozenset[str]) -> frozenset[str]:
    """Return those of the types of which some active webhook wants to hear: mostly none, and then nothing is kept."""
    rows = list(Webhook.objects.filter(is_active=True).values_list("send_for_all_actions", "actions"))
    if any(everything for everything, _ in rows):
        return event_types
    asked, known = {action for _, actions in rows for action in actions}, known_event_types()
    return frozenset(name for name in event_types if name in known and asked & set(actions_of(name, known[name])))


def webhooks_visible_to(principal: Principal) -> QuerySet[Webhook]:
    """Return the webhooks of the organization and of the projects that the member may see."""
    return Webhook.objects.filter(Q(project=None) | Q(project__in=projects_visible_to(principal))).order_by("id")


def visible_webhook(principal: Principal, webhook_id: int) -> Webhook:
    """Return one of them.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    webhook = webhooks_visible_to(principal).filter(pk=webhook_id).first()
    if webhook is None:
        raise NotFoundError(f"There is no webhook {webhook_id}.")
    return webhook


def deliveries_of(webhook: Webhook, *, status: str | None, action: str | None) -> QuerySet[Delivery]:
    """Return the log of a webhook, newest first, without the bodies."""
    wanted: dict[str, Any] = {"status": status, "action": action}
    given = {name: value for name, value in wanted.items() if value}
    log = Delivery.objects.filter(webhook=webhook, **given).defer("body", "rest")
    return log.order_by("-created_at", "-id")


def with_attempts(deliveries: Sequence[Delivery]) -> list[LoggedDelivery]:
    """Return deliveries with their attempts, oldest first, in one query."""
    attempts: dict[UUID, list[Attempt]] = {delivery.pk: [] for delivery in deliveries}
    for attempt in Attempt.objects.filter(delivery__in=list(attempts)).order_by("number"):
        attempts[attempt.delivery_id].append(attempt)
    return [LoggedDelivery(delivery=delivery, attempts=attempts[delivery.pk]) for delivery in deliveries]


def visible_delivery(principal: Principal, delivery_id: UUID) -> Delivery:
    """Return a delivery of a visible webhook; raises `NotFoundError` as `visible_webhook`."""
    visible = Delivery.objects.filter(webhook__in=webhooks_visible_to(principal))
    delivery = visible.select_related("webhook").filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFoundError(f"There is no delivery {delivery_id}.")
    return delivery
