"""What the plugin does about events: it prepares messages; jobs send them."""

from platform_core.sdk import Event, EventHandlerSpec, OrganizationRef
from tenon_webhooks.queries import wanted_types
from tenon_webhooks.services.deliveries import prepare_deliveries


def prepare(organization: OrganizationRef, event: Event) -> None:  # noqa: ARG001  (the scope is entered already)
    """Prepare messages for every webhook that wants the event."""
    prepare_deliveries(event=event)


PREPARE = EventHandlerSpec(key="prepare", event_type="*", handler=prepare, wants=wanted_types)
