"""Who owns which job: claims, leases and outcomes. Each function is one short transaction inside the row's scope.

All times are the database's own, so that clocks of workers do not matter.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from platform_core.events.channel import notify_of_job
from platform_core.events.services import emit_event
from platform_core.jobs.errors import LeaseLost
from platform_core.jobs.scoping import scope_of, table_of
from platform_core.jobs.types import Claim, JobAddress
from tenants.scope import OrganizationRef

LONGEST_DELAY_SECONDS: Final = 600
ENDED: Final = ("completed", "failed", "canceled")
DIED: Final = "The worker died during the last attempt."

# `{table}` is one of two fixed names (platform_core.jobs.scoping.table_of); all values are parameters.
_CLAIM = """
    UPDATE {table} SET status = 'running', attempts = attempts + 1, worker = %(worker)s,
        started_at = clock_timestamp(), updated_at = clock_timestamp(), finished_at = NULL,
        progress_done = 0, progress_total = NULL,
        lease_until = clock_timestamp() + %(lease)s * interval '1 second'
    WHERE id = (
        SELECT id FROM {table}
        WHERE status = 'queued' AND run_after <= clock_timestamp() AND queue = ANY(%(queues)s) {only} {limit}
        ORDER BY array_position(%(queues)s::text[], queue::text), run_after, created_at
        LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, function, args, kwargs, queue, plugin, attempts, max_attempts, timeout_seconds,
        every_seconds, {member}"""
_AT_LIMIT = """
    SELECT queue FROM {table} WHERE status = 'running' GROUP BY queue HAVING count(*) >= %(most)s"""
_OWNED = " WHERE id = %(id)s AND status = 'running' AND worker = %(worker)s AND attempts = %(attempt)s"
_RENEW = """
    UPDATE {table} SET lease_until = clock_timestamp() + %(lease)s * interval '1 second',
        updated_at = clock_timestamp(), progress_done = %(done)s, progress_total = %(total)s"""
# A scheduled job that was not canceled goes back to the queue and keeps what its last run said.
_FINISH = """
    UPDATE {table} SET result = %(result)s, error = %(error)s, lease_until = NULL,
        finished_at = clock_timestamp(), updated_at = clock_timestamp(),
        status = CASE WHEN {again} THEN 'queued' ELSE %(status)s END,
        attempts = CASE WHEN {again} THEN 0 ELSE attempts END,
        worker = CASE WHEN {again} THEN '' ELSE worker END,
        run_after = CASE WHEN {again}
            THEN greatest(started_at + every_seconds * interval '1 second', clock_timestamp()) ELSE run_after END"""
_AGAIN = "(every_seconds IS NOT NULL AND %(status)s <> 'canceled')"
_REQUEUE = """
    UPDATE {table} SET status = 'queued', error = %(error)s, attempts = attempts - %(refund)s, lease_until = NULL,
        worker = '', run_after = clock_timestamp() + %(delay)s * interval '1 second', updated_at = clock_timestamp()"""
_RECOVER = """
    UPDATE {table} SET
        status = CASE WHEN cancel_requested THEN 'canceled'
            WHEN attempts < max_attempts OR every_seconds IS NOT NULL THEN 'queued' ELSE 'failed' END,
        finished_at = CASE WHEN cancel_requested OR attempts >= max_attempts THEN clock_timestamp() END,
        attempts = CASE WHEN every_seconds IS NOT NULL AND attempts >= max_attempts THEN 0 ELSE attempts END,
        run_after = clock_timestamp()
            + CASE WHEN attempts >= max_attempts THEN coalesce(every_seconds, 0) ELSE 0 END * interval '1 second',
        error = %(error)s, lease_until = NULL, worker = '', updated_at = clock_timestamp()
    WHERE id IN (
        SELECT id FROM {table} WHERE status = 'running' AND lease_until < clock_timestamp() FOR UPDATE SKIP LOCKED)
    RETURNING {told}"""
_NEXT_DUE = """
    SELECT extract(epoch FROM min(
        CASE status WHEN 'queued' THEN run_after ELSE lease_until END) - clock_timestamp())::float8
    FROM {table} WHERE status IN ('queued', 'running')"""
_OVERDUE = """
    SELECT id, queue FROM {table} WHERE status = 'queued' AND run_after <= clock_timestamp()
    AND updated_at < clock_timestamp() - %(age)s * interval '1 second' ORDER BY run_after LIMIT %(limit)s"""


def claim(
    organization: OrganizationRef | None, *, worker: str, queues: tuple[str, ...], job_id: UUID | None = None
) -> Claim | None:
    """Take one due job for the time of a lease, or None when there is none.

    An organization that runs as many jobs of a queue as TENON_JOBS_PER_ORGANIZATION says gets none of that queue. Two
    workers that look at the same moment may exceed it by one.

    Args:
        queues: in order of priority.
        job_id: take this one or none.
    """
    only = "AND id = %(id)s" if job_id is not None else ""
    most = _most_running(organization)
    limit = f"AND queue NOT IN ({_AT_LIMIT})".format(table=table_of(organization)) if most else ""
    values: dict[str, Any] = {"worker": worker, "lease": lease_seconds(), "queues": list(queues), "id": job_id}
    with scope_of(organization), connection.cursor() as cursor:
        statement = _CLAIM.format(
            table=table_of(organization), only=only, limit=limit, member=_member_column(organization)
        )
        cursor.execute(statement, {**values, "most": most})
        row = cursor.fetchone()
    if row is None:
        return None
    id_, function, args, kwargs, queue, plugin, attempt, max_attempts, timeout, every, member = row
    owned = Claim(
        address=JobAddress(organization=organization, id=id_),
        function=function,
        args=_from_json(args),
        kwargs=_from_json(kwargs),
        queue=queue,
        plugin=plugin,
        attempt=attempt,
        max_attempts=max_attempts,
        timeout_seconds=timeout,
        worker=worker,
        every_seconds=every,
        member=member,
    )
    _show(owned)
    return owned


def _show(owned: Claim) -> None:
    """Tell open pages that the job of a member has moved; in the caller's transaction, if there is one."""
    if owned.address.organization is not None and owned.member is not None:
        notify_of_job(owned.address.organization, owned.address.id)


def _member_column(organization: OrganizationRef | None) -> str:
    """Return the column of who caused a job; nobody causes one without an organization."""
    return "created_by_id" if organization is not None else "NULL::bigint"


def _most_running(organization: OrganizationRef | None) -> int:
    return int(settings.TENON_JOBS_PER_ORGANIZATION) if organization is not None else 0


def at_limit(organization: OrganizationRef | None, queue: str) -> bool:
    """Say whether the organization runs as many jobs of a queue as it may."""
    most = _most_running(organization)
    if not most:
        return False
    with scope_of(organization), connection.cursor() as cursor:
        cursor.execute(_AT_LIMIT.format(table=table_of(organization)), {"most": most})
        return queue in {row[0] for row in cursor.fetchall()}


def renew(owned: Claim, *, done: int, total: int | None) -> bool:
    """Extend the lease, show progress, and say whether somebody wants the job canceled.

    Raises:
        LeaseLost: the job is not ours any more.
    """
    values = {"lease": lease_seconds(), "done": done, "total": total}
    (wanted,) = _write(_RENEW, owned, values, returning="cancel_requested")
    return bool(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        status: completed, failed or canceled; queued for another attempt.
        delay_seconds: wait before that attempt.
        counts: whether the attempt counts; False when only the worker had to leave.
    """

    status: str
    result: Any = None
    error: str = ""
    delay_seconds: float = 0
    counts: bool = True


def settle(owned: Claim, outcome: Outcome) -> None:
    """Write how the attempt ended.

    Raises:
        LeaseLost: the job is not ours any more; nothing was written.
    """
    if outcome.status == "queued":
        refund = 0 if outcome.counts else 1
        _write(_REQUEUE, owned, {"error": outcome.error, "delay": outcome.delay_seconds, "refund": refund})
        return
    result = json.dumps(outcome.result) if outcome.result is not None else None
    values = {"status": outcome.status, "result": result, "error": outcome.error}
    with scope_of(owned.address.organization), transaction.atomic():
        statement = _FINISH.replace("{again}", _AGAIN)
        row = _write(statement, owned, values, returning=_told(owned.address.organization))
        tell_finished(owned.address.organization, [row])


def recover_expired(organization: OrganizationRef | None) -> int:
    """Give jobs whose worker died back to the queue, or up; returns how many."""
    statement = _RECOVER.format(table=table_of(organization), told=_told(organization))
    with scope_of(organization), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"error": DIED})
        rows = cursor.fetchall()
        tell_finished(organization, rows)
        return len(rows)


def tell_finished(organization: OrganizationRef | None, rows: Sequence[tuple[Any, ...]]) -> None:
    """Emit an event for each job that has ended and that a member caused: nobody waits for the platform's own.

    Args:
        rows: id, function, status, member and plugin.
    """
    for job_id, function, status, member, plugin in rows:
        if organization is not None and member is not None and status in ENDED:
            emit_event(
                type="job.finished",
                payload={
                    "job": str(job_id),
                    "name": function.rsplit(".", 1)[-1],
                    "status": status,
                    "member": member,
                    "plugin": plugin,
                },
            )


def _told(organization: OrganizationRef | None) -> str:
    """Return the columns that `tell_finished` takes."""
    return f"id, function, status, {_member_column(organization)}, plugin"


def seconds_until_due(organization: OrganizationRef | None) -> float | None:
    """Return when to look again: the next delayed job or the next end of a lease; None when there is nothing."""
    with scope_of(organization), connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE.format(table=table_of(organization)))
        (seconds,) = cursor.fetchone()
    return max(0.0, seconds) if seconds is not None else None


def overdue(organization: OrganizationRef | None, *, age_seconds: float, limit: int = 500) -> list[tuple[UUID, str]]:
    """Return (id, queue) of due jobs that nobody has touched for a while."""
    with scope_of(organization), connection.cursor() as cursor:
        cursor.execute(_OVERDUE.format(table=table_of(organization)), {"age": age_seconds, "limit": limit})
        return [(row[0], row[1]) for row in cursor.fetchall()]


def retry_delay_seconds(attempt: int) -> float:
    """Return the wait after a failed attempt, counted from 1."""
    return float(min(settings.TENON_JOBS_RETRY_SECONDS * 2 ** (attempt - 1), LONGEST_DELAY_SECONDS))


def lease_seconds() -> float:
    """Return how long a claim holds without heartbeat."""
    return float(settings.TENON_JOBS_LEASE_SECONDS)


def _write(statement: str, owned: Claim, values: dict[str, Any], *, returning: str = "") -> tuple[Any, ...]:
    organization = owned.address.organization
    returned = f" RETURNING {returning}" if returning else ""
    token: dict[str, Any] = {"id": owned.address.id, "worker": owned.worker, "attempt": owned.attempt}
    with scope_of(organization), connection.cursor() as cursor:
        cursor.execute(f"{statement}{_OWNED}{returned}".format(table=table_of(organization)), {**values, **token})
        if cursor.rowcount != 1:
            raise LeaseLost
        row = tuple(cursor.fetchone()) if returning else ()
        _show(owned)
        return row


def _from_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value
