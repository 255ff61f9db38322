"""Reading jobs."""

from django.db.models import QuerySet

from platform_core.jobs.models import Job
from platform_core.jobs.scoping import JobRow, model_of, scope_of
from platform_core.jobs.types import JobAddress
from platform_core.members.principal import Principal

SEE_ALL = "jobs.view_all"


def jobs_visible_to(principal: Principal) -> QuerySet[Job]:
    """Return the jobs that a member may see, newest first: their own, or all."""
    jobs = Job.objects.order_by("-created_at", "-id")
    return jobs if principal.can(SEE_ALL) else jobs.filter(created_by_id=principal.id)


def find_job(address: JobAddress) -> JobRow | None:
    """Return a job's row as it is now, or None."""
    with scope_of(address.organization):
        row: JobRow | None = model_of(address.organization)._default_manager.filter(pk=address.id).first()  # noqa: SLF001
        return row
