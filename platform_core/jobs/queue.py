"""Starting jobs: a row in the caller's transaction, workers told after the commit."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from platform_core.jobs import transport
from platform_core.jobs.claims import claim
from platform_core.jobs.errors import JobRefusedError
from platform_core.jobs.queries import find_job
from platform_core.jobs.registry import check_arguments, definition_of
from platform_core.jobs.runner import execute_in_caller
from platform_core.jobs.scoping import model_of, scope_of
from platform_core.jobs.transport import redis_connected
from platform_core.jobs.types import QUEUES, JobAddress, JobDefinition, JobFunction
from platform_core.jobs.wake import wake, wake_after_commit
from platform_core.members.principal import Principal
from tenants.records import JobStatus
from tenants.scope import OrganizationRef, current_organization, current_organization_or_none

__all__ = ["is_job_in_queue", "is_job_on_worker", "redis_connected", "start_job_async_or_sync"]


def start_job_async_or_sync(
    fn: JobFunction,
    *args: Any,
    queue_name: str | None = None,
    job_timeout: int | None = None,
    use_on_commit: bool = True,
    actor: Principal | None = None,
    run_after: datetime | None = None,
    **kwargs: Any,
) -> UUID:
    """Have a registered job run by a worker and return its id. The row is part of the caller's transaction.

    Args:
        fn: decorated with `platform_core.jobs.registry.job`; called with a `JobContext`, then `args` and `kwargs`.
        args: JSON values: ids, never instances.
        queue_name: critical, high, default or low; None is the function's own.
        job_timeout: seconds one attempt may take; None is the function's own.
        use_on_commit: tell workers after the commit; False tells them now, for callers that have committed.
        actor: who caused it, who then sees it in the list of jobs.
        run_after: not before this time.

    Raises:
        JobRefusedError: the function is not registered, the arguments are no JSON, or the queue is unknown.
        NoOrganizationScopeError: the job belongs to an organization and none is in scope.
    """
    definition = definition_of(fn)
    queue = queue_name or definition.queue
    if queue not in QUEUES:
        raise JobRefusedError(f"The queue is one of {', '.join(QUEUES)}, not {queue!r}")
    check_arguments([list(args), kwargs])
    organization = current_organization() if definition.scope == "organization" else None
    address = JobAddress(organization=organization, id=uuid4())
    values: dict[str, Any] = {
        "args": list(args),
        "kwargs": kwargs,
        "queue": queue,
        "timeout_seconds": job_timeout or definition.timeout_seconds,
        "run_after": run_after or Now(),
    }
    _write(address, definition, values, actor)
    if settings.TENON_JOBS_SYNC:
        run_in_caller(address)
    elif use_on_commit:
        announce_after_commit(address, queue, wait=run_after is not None)
    else:
        wake(organization)
        transport.push(address, queue)
    return address.id


def _write(address: JobAddress, definition: JobDefinition, values: dict[str, Any], actor: Principal | None) -> None:
    if address.organization is not None and actor is not None:
        values["created_by_id"] = actor.id
    with scope_of(address.organization):
        model_of(address.organization)(
            id=address.id,
            function=definition.path,
            max_attempts=definition.max_attempts,
            plugin=definition.plugin,
            **values,
        ).save(force_insert=True)


def announce_after_commit(address: JobAddress, queue: str, *, wait: bool = False) -> None:
    """Tell workers of a due job when the transaction has committed.

    Args:
        wait: it is not due yet, so that only the sweep needs to know.
    """
    wake_after_commit(address.organization)
    if settings.REDIS_URL and not wait:
        transaction.on_commit(lambda: transport.push(address, queue), robust=True)


def run_in_caller(address: JobAddress) -> None:
    """Run a due job inside the caller; for tests."""
    owned = claim(address.organization, worker="caller", queues=QUEUES, job_id=address.id)
    if owned is not None:
        execute_in_caller(owned)


def is_job_in_queue(job_id: UUID | str) -> bool:
    """Say whether a job of the organization in scope (or without one, outside) waits for a worker."""
    return bool(_status(job_id) == JobStatus.QUEUED)


def is_job_on_worker(job_id: UUID | str) -> bool:
    """Say whether a worker runs the job now."""
    return bool(_status(job_id) == JobStatus.RUNNING)


def _status(job_id: UUID | str) -> str | None:
    organization: OrganizationRef | None = current_organization_or_none()
    row = find_job(JobAddress(organization=organization, id=UUID(str(job_id))))
    return row.status if row is not None else None
