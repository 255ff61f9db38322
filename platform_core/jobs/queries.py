"""Reading jobs."""

from dataclasses import dataclass, fields
from uuid import UUID

from django.db.models import Q, QuerySet

from platform_core.api.errors import ValidationFailedError
from platform_core.jobs.models import Job
from platform_core.jobs.scoping import JobRow, model_of, scope_of
from platform_core.jobs.types import JobAddress, JobState
from platform_core.members.principal import Principal
from tenants.scope import current_organization_or_none

SEE_ALL = "jobs.view_all"


def jobs_visible_to(principal: Principal) -> QuerySet[Job]:
    """Return the jobs that a member may see, newest first: their own, or all."""
    jobs = Job.objects.order_by("-created_at", "-id")
    return jobs if principal.can(SEE_ALL) else jobs.filter(created_by_id=principal.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """What to look for; None means anything.

    Attributes:
        name: last part of the function's path, such as `import_tasks`.
        plugin: slug; empty for the core's own.
        scheduled: whether it is queued again after each run.
        created_by: member id.
    """

    status: str | None = None
    queue: str | None = None
    name: str | None = None
    plugin: str | None = None
    scheduled: bool | None = None
    created_by: int | None = None


def jobs_matching(principal: Principal, wanted: JobFilter) -> QuerySet[Job]:
    """Return the jobs a member may see that match, newest first."""
    conditions = {
        "status": wanted.status,
        "queue": wanted.queue,
        "function__endswith": f".{wanted.name}" if wanted.name is not None else None,
        "plugin": wanted.plugin,
        "every_seconds__isnull": not wanted.scheduled if wanted.scheduled is not None else None,
        "created_by_id": wanted.created_by,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    return jobs_visible_to(principal).filter(**given)


def older_than(jobs: QuerySet[Job], principal: Principal, job_id: UUID) -> QuerySet[Job]:
    """Return those of the jobs that stand behind this one in the list.

    Raises:
        ValidationFailedError: there is no such job, or the member may not see it.
    """
    row = jobs_visible_to(principal).filter(pk=job_id).values_list("created_at", flat=True).first()
    if row is None:
        raise ValidationFailedError(validation_errors={"cursor": ["This cursor is not valid; start without one."]})
    return jobs.filter(Q(created_at__lt=row) | Q(created_at=row, id__lt=job_id))


def find_job(address: JobAddress) -> JobRow | None:
    """Return a job's row as it is now, or None."""
    with scope_of(address.organization):
        row: JobRow | None = model_of(address.organization)._default_manager.filter(pk=address.id).first()  # noqa: SLF001
        return row


def job_state(job_id: UUID | str) -> JobState | None:
    """Return the state of a job of the organization in scope (or without one, outside), or None."""
    row = find_job(JobAddress(organization=current_organization_or_none(), id=UUID(str(job_id))))
    return state_of(row) if row is not None else None


def state_of(row: JobRow) -> JobState:
    """Return what a row says."""
    return JobState(**{field.name: getattr(row, field.name) for field in fields(JobState)})
