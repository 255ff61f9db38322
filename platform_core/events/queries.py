"""Reading the audit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
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


# The lowest id from which on entries are no older than a moment, by halving: ids grow with time. Twenty look-ups in the
# primary key among a million entries; an index on the date would cost every write of every organization.
_FIRST_SINCE: Final = """
    WITH RECURSIVE search(low, high) AS (
        SELECT min(id), max(id) + 1 FROM events_auditentry
        UNION ALL
        SELECT CASE WHEN probe.created_at < %(moment)s THEN probe.id + 1 ELSE low END,
               CASE WHEN probe.created_at < %(moment)s THEN high ELSE (low + high) / 2 END
        FROM search CROSS JOIN LATERAL (
            SELECT e.id, e.created_at FROM events_auditentry e WHERE e.id >= (low + high) / 2
            ORDER BY e.id LIMIT 1) probe
        WHERE low < high)
    SELECT low FROM search WHERE low >= high"""
LEEWAY: Final = timedelta(hours=1)
"""By how much an entry may be older than one with a lower id: clocks of hosts differ, and transactions take time."""


def audit_entries(wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """Return entries, newest first; dates are made bounds of ids before, so that only their stretch is read."""
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
        "pk__gte": _first_since(wanted.since, -LEEWAY),
        "pk__lte": _first_since(wanted.until, LEEWAY),
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    return AuditEntry.objects.filter(**given).order_by("-pk")


def _first_since(moment: datetime | None, leeway: timedelta) -> int | None:
    """Return the first id at a moment; None where there is no moment, or no entry."""
    if moment is None:
        return None
    try:
        shifted = moment + leeway
    except OverflowError:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_SINCE, {"moment": shifted})
        row = cursor.fetchone()
    return row[0] if row is not None else None


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
