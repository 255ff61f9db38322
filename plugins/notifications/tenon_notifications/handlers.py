"""What the plugin does about events."""

from platform_core.sdk import Event, EventHandlerSpec, OrganizationRef
from tenon_notifications.services import notify_of_event


def notify(organization: OrganizationRef, event: Event) -> None:  # noqa: ARG001  (the scope is entered already)
    """Write into inboxes."""
    notify_of_event(event=event)


NOTIFY = EventHandlerSpec(key="notify", event_type="*", handler=notify)
