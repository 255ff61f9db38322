"""What the walk over all routes (`tests/walls`) calls this plugin's routes with."""

import uuid

from django.utils import timezone
from tenon_notifications.models import Notification

from platform_core.members.models import Member

ARGUMENTS = {
    "notifications:notification-detail": lambda world, person: {"pk": world.objects["notifications"][person.member]}
}
BODIES = {
    ("notifications:notification-detail", "PATCH"): lambda world, person: {"read": True},
    ("notifications:preferences", "PATCH"): lambda world, person: {"preferences": {"tasks.imported": False}},
}
NOT_AUDITED = {
    (f"notifications:{route}", method): "marks in one's own inbox, which nobody else sees"
    for route, method in (("notification-detail", "PATCH"), ("read-all", "POST"), ("preferences", "PATCH"))
}
BODILESS = {"notifications:read-all"}
FOREIGN_QUERIES = {("notifications:inbox", "GET"): lambda here, there: [{"before_id": 2**62}]}


def objects(mark):
    """Make rows of the plugin in the organization in scope, where it is enabled, and return their ids.

    Args:
        mark: text that goes into them, to be looked for where it does not belong.
    """
    rows = [
        Notification.objects.create(
            member_id=member, event_id=uuid.uuid4(), type="tasks.imported", text=mark, occurred_at=timezone.now()
        )
        for member in Member.objects.values_list("pk", flat=True)
    ]
    return {"notifications": {row.member_id: row.pk for row in rows}}
