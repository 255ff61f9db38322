"""Looking at what was written in an organization."""

from typing import Any

from django.db import connection

from platform_core.events.models import AuditEntry, OutboxEvent
from tenants.scope import OrganizationRef, tenant_scope

__all__ = ["Records", "records_of", "tables_of", "tenant_scope"]


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


def tables_of(organization: OrganizationRef, prefix: str) -> list[str]:
    """Return the tables of an organization whose name begins with `prefix_`, sorted."""
    with tenant_scope(organization), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND starts_with(tablename, %s)",
            [f"{prefix}_"],
        )
        return sorted(name for (name,) in cursor.fetchall())
