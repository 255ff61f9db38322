"""What the plugin does about events."""

from platform_core.sdk import Event, EventHandlerSpec, OrganizationRef
from tenon_notifications.queries import told_types
from tenon_notifications.services import notify_of_event


def notify(organization: OrganizationRef, event: Event) -> None:  # noqa: ARG001  (the scope is entered already)
    """Write into inboxes."""
    notify_of_event(event=event)


def with_notice(event_types: frozenset[str]) -> frozenset[str]:
    """Return the types of which anybody is told."""
    return event_types & set(told_types())


NOTIFY = EventHandlerSpec(key="notify", event_type="*", handler=notify, wants=with_notice)
