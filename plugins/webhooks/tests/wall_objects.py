"""What the walk over all routes (`tests/walls`) calls this plugin's routes with."""

import uuid

from tenon_webhooks.models import Delivery, Webhook

_HOOK = "webhooks:"
ARGUMENTS = {
    **dict.fromkeys(
        (f"{_HOOK}webhook-detail", f"{_HOOK}webhook-secret", f"{_HOOK}webhook-test", f"{_HOOK}delivery-list"),
        lambda world, person: {"pk": world.objects["webhook"]},
    ),
    **dict.fromkeys(
        (f"{_HOOK}delivery-detail", f"{_HOOK}delivery-replay"),
        lambda world, person: {"pk": world.objects["delivery"]},
    ),
}
BODIES = {
    # An address that needs no look-up; nothing is sent to it.
    ("webhooks:webhook-list", "POST"): lambda world, person: {"url": "http://1.1.1.1/hook"},
    ("webhooks:webhook-detail", "PATCH"): lambda world, person: {"is_active": False},
}
NOT_AUDITED = {("webhooks:webhook-test", "POST"): "changes nothing; what was sent is in the log of deliveries"}
BODILESS = {"webhooks:webhook-secret", "webhooks:webhook-test", "webhooks:delivery-replay"}
FOREIGN_BODIES = {
    ("webhooks:webhook-list", "POST"): lambda here, there: [
        {"url": "http://1.1.1.1/hook", "project": there.objects["project"]}
    ],
}
FOREIGN_QUERIES = {
    ("webhooks:webhook-list", "GET"): lambda here, there: [{"project": there.objects["project"]}],
}


def objects(mark):
    """Make rows of the plugin in the organization in scope, where it is enabled, and return their ids.

    Args:
        mark: text that goes into them, to be looked for where it does not belong.
    """
    webhook = Webhook.objects.create(url=f"http://127.0.0.1:1/{mark}", headers={"X-Mark": mark})
    name = uuid.uuid4()
    Delivery.objects.create(id=name, webhook=webhook, message_id=mark[:40], action="TEST", body=f'{{"mark": "{mark}"}}')
    return {"webhook": webhook.pk, "delivery": str(name)}
