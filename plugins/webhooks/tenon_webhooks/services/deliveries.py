"""From an event to what is to be sent: one row a webhook and action, with the body as it stays."""

import uuid
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from platform_core.sdk import Event
from platform_core.sdk.audit import record_audit
from platform_core.sdk.events import actions_of, known_event_types
from platform_core.sdk.views import Principal
from tenon_webhooks.bodies import Message, Rest, bare_message, message_after, message_of
from tenon_webhooks.models import Delivery, DeliveryStatus, Webhook
from tenon_webhooks.queries import visible_delivery
from tenon_webhooks.services.schedule import schedule


@transaction.atomic
def prepare_deliveries(*, event: Event) -> int:
    """Make what is to be sent about an event, and the jobs that send it; returns how many.

    Safe to repeat: the event's id makes the ids of the deliveries, and one that is there is left alone.
    """
    spec = known_event_types().get(event.type)
    if spec is None:
        return 0
    made = 0
    for action in actions_of(event.type, spec):
        webhooks = _interested(action, event, organization_only=spec.organization_only)
        full = message_of(action, event) if any(webhook.send_payload for webhook in webhooks) else None
        for webhook in webhooks:
            message = full if webhook.send_payload and full is not None else bare_message(action)
            made += _add(webhook, action, message, key=f"{event.id}:{action}", part=0)
    return made


def prepare_following(delivery: Delivery) -> None:
    """Make the next message of a big event; called in the transaction that ends the one before."""
    if delivery.rest is None:
        return
    rest = Rest(**delivery.rest)
    message = message_after(rest)
    _add(delivery.webhook, delivery.action, message, key=f"{delivery.id}:following", part=rest.part)


@transaction.atomic
def replay_delivery(*, actor: Principal, delivery_id: UUID) -> Delivery:
    """Send a message again with the id it had, by which its receiver knows it.

    Raises:
        NotFoundError: there is no such delivery of a visible webhook.
    """
    old = visible_delivery(actor, delivery_id)
    again = Delivery.objects.create(
        id=uuid.uuid4(), webhook=old.webhook, message_id=old.message_id, action=old.action, body=old.body
    )
    schedule(again, number=1)
    record_audit(
        actor=actor,
        action="webhooks.replayed",
        target_type="webhooks.webhook",
        target_id=old.webhook_id,
        data={"delivery": str(old.pk), "replay": str(again.pk)},
    )
    return again


def _interested(action: str, event: Event, *, organization_only: bool) -> list[Webhook]:
    project: Any = event.payload.get("project")
    whose = Q(project=None)
    if project is not None and not organization_only:
        whose |= Q(project=project)
    found = Webhook.objects.filter(whose, is_active=True).order_by("id")
    return [webhook for webhook in found if webhook.send_for_all_actions or action in webhook.actions]


def _add(webhook: Webhook, action: str, message: Message, *, key: str, part: int) -> int:
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{webhook.pk}:{key}:{part}")
    delivery = Delivery(
        id=name,
        webhook=webhook,
        message_id=f"msg_{name.hex}",
        action=action,
        body=message.body,
        rest=message.rest.as_json() if message.rest is not None else None,
        status=DeliveryStatus.PENDING,
    )
    if Delivery.objects.filter(pk=name).exists():
        return 0
    delivery.save(force_insert=True)
    schedule(delivery, number=1)
    return 1
