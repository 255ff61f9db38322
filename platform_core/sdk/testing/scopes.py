"""Looking at what was written in an organization."""

from typing import Any

from platform_core.events.models import AuditEntry, OutboxEvent
from tenants.scope import OrganizationRef, tenant_scope

__all__ = ["Records", "records_of", "tenant_scope"]


class Records:
    """The audit and the outbox of one organization, oldest first."""

    def __init__(self, organization: OrganizationRef) -> None:
        self._organization = organization

    def audit(self, action: str) -> list[tuple[int | None, str, dict[str, Any]]]:
        """Return acting member, target and facts of each entry about this action."""
        with tenant_scope(self._organization):
            entries = AuditEntry.objects.filter(action=action).order_by("id")
            return list(entries.values_list("actor_id", "target_id", "data"))

    def events(self, event_type: str) -> list[dict[str, Any]]:
        """Return the payload of each event of this type."""
        with tenant_scope(self._organization):
            return list(OutboxEvent.objects.filter(type=event_type).order_by("id").values_list("payload", flat=True))


def records_of(organization: OrganizationRef) -> Records:
    """Return what was recorded in an organization."""
    return Records(organization)
