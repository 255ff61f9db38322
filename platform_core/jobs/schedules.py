"""Jobs that run again and again: one row a schedule, which goes back to the queue after each run.

The row is the truth as that of every job: a worker that dies, an empty Redis or a restart loses no schedule, and a run
that fails for good is followed by the next one all the same. While its plugin is disabled a schedule waits; purging the
plugin removes it. A person who cancels the row ends the schedule, and retrying it takes it up again.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from platform_core.jobs.errors import JobRefusedError
from platform_core.jobs.models import Job
from platform_core.jobs.queries import state_of
from platform_core.jobs.queue import announce_after_commit, run_in_caller
from platform_core.jobs.registry import check_arguments, definition_of
from platform_core.jobs.scoping import JobRow, model_of, scope_of
from platform_core.jobs.types import QUEUES, JobAddress, JobDefinition, JobFunction, JobState
from platform_core.members.principal import Principal
from tenants.records import JobStatus
from tenants.scope import OrganizationRef, current_organization

SHORTEST: Final = timedelta(seconds=10)
LONGEST: Final = timedelta(days=366)
MAX_KEY: Final = 100


@transaction.atomic
def schedule_job(
    fn: JobFunction,
    *args: Any,
    key: str,
    every: timedelta,
    start_at: datetime | None = None,
    queue_name: str | None = None,
    job_timeout: int | None = None,
    actor: Principal | None = None,
    **kwargs: Any,
) -> UUID:
    """Run a registered job every so often in the organization in scope, and return the row's id.

    A schedule of the same key is changed. Runs of one schedule never overlap; the time counts from start to start, and
    missed runs are not made up for.

    Args:
        key: name of the schedule, unique within the plugin, such as `storage-7`; at most 100 characters.
        every: from 10 seconds to 366 days.
        start_at: first run; None: after one interval, or when the schedule of this key was due anyway, if that is
            sooner.

    Raises:
        JobRefusedError: as `start_job_async_or_sync`, or key or interval are out of bounds.
    """
    definition, queue = definition_of(fn), queue_name or definition_of(fn).queue
    _check(key, every, queue)
    check_arguments([list(args), kwargs])
    organization = _organization_of(definition)
    values = {
        "function": definition.path,
        "args": list(args),
        "kwargs": kwargs,
        "queue": queue,
        "timeout_seconds": job_timeout or definition.timeout_seconds,
        "max_attempts": definition.max_attempts,
        "every_seconds": int(every.total_seconds()),
        "cancel_requested": False,
    }
    if organization is not None and actor is not None:
        values["created_by_id"] = actor.id
    with scope_of(organization):
        row = _written(organization, definition.plugin, key, values, start_at, timezone.now() + every)
    address, waits = JobAddress(organization=organization, id=row.pk), row.run_after > timezone.now()
    if settings.TENON_JOBS_SYNC and not waits:
        run_in_caller(address)
    else:
        announce_after_commit(address, queue, wait=waits)
    return row.pk


def _written(
    organization: OrganizationRef | None,
    plugin: str,
    key: str,
    values: dict[str, Any],
    start_at: datetime | None,
    latest: datetime,
) -> JobRow:
    with connection.cursor() as cursor:
        # Two who schedule the same key for the first time at once: the second changes what the first has made.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"tenon.schedule.{plugin}.{key}"])
    row = _found(organization, plugin, key)
    if row is None:
        row = model_of(organization)(id=uuid4(), plugin=plugin, schedule_key=key, run_after=start_at or latest)
    elif row.status != JobStatus.RUNNING:
        was_due = row.run_after if row.status == JobStatus.QUEUED else latest
        row.run_after, row.status, row.attempts = start_at or min(was_due, latest), JobStatus.QUEUED, 0
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


def _check(key: str, every: timedelta, queue: str) -> None:
    if not key or len(key) > MAX_KEY or "\x00" in key:
        raise JobRefusedError(f"The key of a schedule has 1 to {MAX_KEY} characters")
    if not SHORTEST <= every <= LONGEST:
        raise JobRefusedError(f"A schedule runs every {SHORTEST} to {LONGEST}, not every {every}")
    if queue not in QUEUES:
        raise JobRefusedError(f"The queue is one of {', '.join(QUEUES)}, not {queue!r}")


def _organization_of(definition: JobDefinition) -> OrganizationRef | None:
    return current_organization() if definition.scope == "organization" else None


def _found(organization: OrganizationRef | None, plugin: str, key: str) -> JobRow | None:
    rows = model_of(organization)._default_manager.select_for_update()  # noqa: SLF001
    row: JobRow | None = rows.filter(plugin=plugin, schedule_key=key).first()
    return row


@transaction.atomic
def unschedule_job(fn: JobFunction, *, key: str) -> bool:
    """End a schedule; a run that has begun ends as it would. Returns whether there was one."""
    definition = definition_of(fn)
    organization = _organization_of(definition)
    with scope_of(organization):
        row = _found(organization, definition.plugin, key)
        if row is None:
            return False
        row.schedule_key, row.every_seconds = "", None
        if row.status == JobStatus.QUEUED:
            row.status, row.finished_at = JobStatus.CANCELED, timezone.now()
        row.save(update_fields=["schedule_key", "every_seconds", "status", "finished_at", "updated_at"])
    return True


def schedule_state(fn: JobFunction, *, key: str) -> JobState | None:
    """Return what the row of a schedule says, or None where there is none."""
    definition = definition_of(fn)
    organization = _organization_of(definition)
    with scope_of(organization):
        rows = model_of(organization)._default_manager  # noqa: SLF001
        row = rows.filter(plugin=definition.plugin, schedule_key=key).first()
    return state_of(row) if row is not None else None


def unschedule_all(*, plugin: str) -> int:
    """End every schedule of a plugin that is purged; needs no plugin code. Returns how many."""
    return Job.objects.filter(~Q(schedule_key=""), plugin=plugin).update(
        schedule_key="",
        every_seconds=None,
        status=JobStatus.CANCELED,
        cancel_requested=True,
        finished_at=timezone.now(),
    )
