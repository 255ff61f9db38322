"""Reading the audit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from platform_core.api.json import dumps
from platform_core.events.models import AuditEntry
from platform_core.tasks.copying import csv_stream
from tenants.scope import OrganizationRef, tenant_scope

EXPORTED: Final = (
    "id",
    "created_at",
    "action",
    "target_type",
    "target_id",
    "actor",
    "actor_email",
    "credential",
    "credential_id",
    "plugin",
    "ip_address",
    "user_agent",
    "request_id",
    "data",
)
CHUNK_ROWS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What to look for; None means anything.

    Attributes:
        actor: member id.
        action: a name such as `project.created`, or a beginning such as `project.*`.
        plugin: slug; an empty text means the core.
        since: from this time on.
        until: before this time.
        before_id: entries older than this one.
    """

    actor: int | None = None
    action: str | None = None
    target_type: str | None = None
    target_id: str | None = None
    plugin: str | None = None
    credential: str | None = None
    request_id: str | None = None
    ip_address: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None


def audit_entries(wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """Return entries, newest first."""
    conditions = {
        "actor_id": wanted.actor,
        **_action_condition(wanted.action),
        "target_type": wanted.target_type,
        "target_id": wanted.target_id,
        "plugin": wanted.plugin,
        "credential": wanted.credential,
        "request_id": wanted.request_id,
        "ip_address": wanted.ip_address,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.until,
        "pk__lt": wanted.before_id,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    return AuditEntry.objects.filter(**given).order_by("-pk")


def _action_condition(action: str | None) -> dict[str, str | None]:
    if action is not None and action.endswith(".*"):
        return {"action__startswith": action[:-1]}
    return {"action": action}


def audit_csv(organization: OrganizationRef, wanted: AuditFilter) -> Iterator[bytes]:
    """Yield the entries as a table, newest first; `data` is JSON. Reads by a cursor, in a scope of its own."""
    yield from csv_stream(EXPORTED, (list(row.values()) for row in _rows(organization, wanted)))


def audit_json_lines(organization: OrganizationRef, wanted: AuditFilter) -> Iterator[bytes]:
    """Yield the entries as JSON, one a line, newest first."""
    for row in _rows(organization, wanted):
        yield dumps(row) + b"\n"


def _rows(organization: OrganizationRef, wanted: AuditFilter) -> Iterator[dict[str, Any]]:
    # The answer is read after the view has returned: the stream enters the scope by itself.
    with tenant_scope(organization), transaction.atomic():
        yield from audit_entries(wanted).values(*EXPORTED).iterator(chunk_size=CHUNK_ROWS)
