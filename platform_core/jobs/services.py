"""What people do to jobs."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from platform_core.api.errors import ConflictError, NotFoundError
from platform_core.events.services import record_audit
from platform_core.jobs.claims import tell_finished
from platform_core.jobs.models import Job
from platform_core.jobs.queries import jobs_visible_to
from platform_core.jobs.queue import announce_after_commit
from platform_core.jobs.types import JobAddress
from platform_core.members.principal import Principal
from tenants.records import JobStatus
from tenants.scope import current_organization

ENDED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED)


def _locked(job_id: UUID, actor: Principal) -> Job:
    job = jobs_visible_to(actor).select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFoundError
    return job


@transaction.atomic
def cancel_job(*, job_id: UUID, actor: Principal) -> Job:
    """Cancel a job: at once while it waits, else the running function is asked to stop and soon made to.

    Raises:
        NotFoundError: there is no such job, or the member may not see it.
        ConflictError: it has ended.
    """
    job = _locked(job_id, actor)
    if job.status in ENDED:
        raise ConflictError(f"This job has ended: it is {job.status}.", data={"status": job.status})
    if job.status == JobStatus.QUEUED:
        job.status = JobStatus.CANCELED
        job.error = "Canceled."
        job.finished_at = Now()
    job.cancel_requested = True
    job.save(update_fields=["status", "error", "cancel_requested", "finished_at", "updated_at"])
    if job.status == JobStatus.CANCELED:
        tell_finished(current_organization(), [(job.pk, job.function, str(job.status), job.created_by_id, job.plugin)])
    record_audit(actor=actor, action="job.canceled", target_type="job", target_id=str(job.pk))
    job.refresh_from_db()
    return job


@transaction.atomic
def retry_job(*, job_id: UUID, actor: Principal) -> Job:
    """Run a failed or canceled job again, with all its attempts.

    Raises:
        NotFoundError: there is no such job, or the member may not see it.
        ConflictError: it has not failed.
    """
    job = _locked(job_id, actor)
    if job.status not in (JobStatus.FAILED, JobStatus.CANCELED):
        raise ConflictError(
            f"Only a failed or canceled job is retried; this one is {job.status}.", data={"status": job.status}
        )
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.QUEUED,
        attempts=0,
        error="",
        result=None,
        progress_done=0,
        progress_total=None,
        cancel_requested=False,
        run_after=Now(),
        finished_at=None,
        updated_at=Now(),
    )
    record_audit(actor=actor, action="job.retried", target_type="job", target_id=str(job.pk))
    announce_after_commit(JobAddress(organization=current_organization(), id=job.pk), job.queue)
    job.refresh_from_db()
    return job
