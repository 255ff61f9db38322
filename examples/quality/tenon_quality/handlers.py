"""What the plugin does after something was committed. Handlers run in a job, at least once for each event."""

from platform_core.sdk import Event, EventHandlerSpec, OrganizationRef
from tenon_quality.models import Contribution


def count_annotation(organization: OrganizationRef, event: Event) -> None:  # noqa: ARG001 (the scope is entered already)
    """Count an annotation for its author. The event's id is the key, so a second delivery changes nothing."""
    row = Contribution(event_id=event.id, member_id=event.payload["completed_by"], occurred_at=event.occurred_at)
    Contribution.objects.bulk_create([row], ignore_conflicts=True)


COUNT_ANNOTATIONS = EventHandlerSpec(key="count_annotations", event_type="annotation.created", handler=count_annotation)
