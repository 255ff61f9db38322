"""The test button: one message now, so that whoever sets a receiver up sees at once whether it works."""

import json
import uuid

from django.utils import timezone

from platform_core.sdk.views import Principal
from tenon_webhooks.catalogue import TEST_ACTION
from tenon_webhooks.models import Delivery
from tenon_webhooks.queries import visible_delivery, visible_webhook
from tenon_webhooks.services.sending import attempt_delivery


def send_test(*, actor: Principal, webhook_id: int) -> Delivery:
    """Send a test message to a webhook, active or not, and return the delivery with its attempt.

    Raises:
        NotFoundError: the webhook is not visible.
    """
    webhook = visible_webhook(actor, webhook_id)
    name = uuid.uuid4()
    body = json.dumps({"action": TEST_ACTION, "type": "webhooks.test", "timestamp": timezone.now().isoformat()})
    Delivery.objects.create(id=name, webhook=webhook, message_id=f"msg_{name.hex}", action=TEST_ACTION, body=body)
    attempt_delivery(delivery_id=name, number=1, is_test=True)
    return visible_delivery(actor, name)
