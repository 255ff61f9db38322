"""What streams read. Each function enters the scope itself, is called in a thread, and leaves no connection behind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, connections

from platform_core.events.models import StreamMessage
from platform_core.events.streams import StreamRight, take_ticket
from platform_core.jobs.models import Job
from tenants.models import OrganizationStatus, organization_refs
from tenants.scope import OrganizationRef, public_scope, tenant_scope

MESSAGES_AT_ONCE: Final = 100
JOBS_AT_ONCE: Final = 50

# Names of tables are constants; every value is a parameter.
_STILL_RIGHT = """
    SELECT s.number FROM unnest(%(numbers)s::int[], %(members)s::bigint[], %(roles)s::text[], %(kinds)s::text[],
                                %(proofs)s::text[]) AS s(number, member, role, kind, proof)
    JOIN members_member m ON m.id = s.member AND m.removed_at IS NULL
        AND m.role || coalesce(':' || m.custom_role_id::text, '') = s.role
    WHERE CASE s.kind
        WHEN 'api_key' THEN EXISTS (SELECT FROM members_apikey k WHERE k.id::text = s.proof
            AND k.member_id = m.id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()))
        WHEN 'access_token' THEN EXISTS (SELECT FROM members_refreshtoken r WHERE r.id::text = s.proof
            AND r.member_id = m.id AND r.revoked_at IS NULL)
        WHEN 'session' THEN EXISTS (SELECT FROM members_session b WHERE b.session_key = s.proof
            AND b.member_id = m.id AND b.expire_date > now())
        ELSE false END"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticketed:
    """A stream that may be opened."""

    organization: OrganizationRef
    right: StreamRight


def admit(ticket: str) -> Ticketed | None:
    """Return what a ticket opens, and use it up; None when it opens nothing."""
    id_, _, secret = ticket.partition(".")
    if not (id_.isascii() and id_.isdigit()) or len(id_) > 18 or not secret:
        return None
    with _borrowed():
        with public_scope():
            found = organization_refs(pk=int(id_), status=OrganizationStatus.ACTIVE)
        if not found:
            return None
        with tenant_scope(found[0]):
            right = take_ticket(secret)
    return Ticketed(organization=found[0], right=right) if right is not None else None


def latest_message_id(organization: OrganizationRef, member_id: int) -> int:
    """Return the id after which a page that begins now listens."""
    with _borrowed(), tenant_scope(organization):
        newest = StreamMessage.objects.filter(member=member_id).order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def messages_after(organization: OrganizationRef, member_id: int, last: int) -> list[tuple[int, str, dict[str, Any]]]:
    """Return (id, type, data) of a member's messages after an id, oldest first."""
    with _borrowed(), tenant_scope(organization):
        rows = StreamMessage.objects.filter(member=member_id, id__gt=last).order_by("id")
        return list(rows.values_list("id", "type", "data")[:MESSAGES_AT_ONCE])


def jobs_shown(
    organization: OrganizationRef, right: StreamRight, ids: Sequence[UUID] | None = None
) -> list[dict[str, Any]]:
    """Return jobs as they are now, of those that the member may see.

    Args:
        ids: which; None for those that have not ended.
    """
    with _borrowed(), tenant_scope(organization):
        jobs = Job.objects.exclude(created_by=None)
        jobs = jobs.filter(pk__in=ids) if ids is not None else jobs.filter(status__in=("queued", "running"))
        if not right.sees_all_jobs:
            jobs = jobs.filter(created_by=right.member_id)
        return [_job(job) for job in jobs.order_by("created_at")[:JOBS_AT_ONCE]]


def still_right(organization: OrganizationRef, rights: Sequence[StreamRight]) -> set[int]:
    """Return which of these rights, by their place, still hold: member, role and credential as they were."""
    values: dict[str, Any] = {
        "numbers": list(range(len(rights))),
        "members": [right.member_id for right in rights],
        "roles": [right.role for right in rights],
        "kinds": [right.credential for right in rights],
        "proofs": [right.proof for right in rights],
    }
    with _borrowed():
        with public_scope():
            if not organization_refs(pk=organization.id, status=OrganizationStatus.ACTIVE):
                return set()
        with tenant_scope(organization), connection.cursor() as cursor:
            cursor.execute(_STILL_RIGHT, values)
            return {row[0] for row in cursor.fetchall()}


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": str(job.pk),
        "name": job.function.rsplit(".", 1)[-1],
        "status": job.status,
        "progress_done": job.progress_done,
        "progress_total": job.progress_total,
        "error": job.error,
        "created_by": job.created_by_id,
        "finished_at": _moment(job.finished_at),
    }


def _moment(value: datetime | None) -> str | None:
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if value is not None else None


@contextmanager
def _borrowed() -> Iterator[None]:
    """Give this thread's connection back to the pool afterwards."""
    try:
        yield
    finally:
        connections.close_all()
