"""Reading the audit."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from platform_core.events.models import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What to look for; None means anything.

    Attributes:
        actor: member id.
        since: from this time on.
        until: before this time.
        before_id: entries older than this one.
    """

    actor: int | None = None
    action: str | None = None
    target_type: str | None = None
    target_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None


def audit_entries(wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """Return entries, newest first."""
    conditions = {
        "actor_id": wanted.actor,
        "action": wanted.action,
        "target_type": wanted.target_type,
        "target_id": wanted.target_id,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.until,
        "pk__lt": wanted.before_id,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    return AuditEntry.objects.filter(**given).order_by("-pk")
