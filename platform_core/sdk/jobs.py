"""Background jobs of a plugin: started now, later, or again and again.

    from datetime import timedelta
    from platform_core.sdk.jobs import JobContext, job, schedule_job, start_job

    @job(queue="default", timeout=120, max_attempts=5)            # in the module `jobs` of the plugin's app
    def sync_storage(context: JobContext, storage_id: int) -> dict[str, int]:
        context.progress(done, total)                              # raises JobCanceled when somebody canceled it
        return {"created": 7}                                      # small JSON

    start_job(sync_storage, storage_id, actor=principal)           # -> UUID; runs after the caller's commit
    start_job(sync_storage, storage_id, run_after=when)            # not before `when`, such as a retry
    schedule_job(sync_storage, storage_id, key=f"storage-{storage_id}", every=timedelta(minutes=10))
    unschedule_job(sync_storage, key=f"storage-{storage_id}")      # -> whether there was one
    job_state(job_id)                                              # -> JobState | None: status, progress, result, error
    schedule_state(sync_storage, key=f"storage-{storage_id}")      # -> JobState | None

Arguments are ids and small JSON. A job runs at least once and must therefore be idempotent: what it did before its
worker died is rolled back or done again. An exception is retried with growing waits until `max_attempts`; a
`TenonError` below 500 is final. Jobs run only where the plugin is enabled; a schedule waits while it is disabled.
`start_job_async_or_sync` is `start_job` under the name that the core uses.
"""

from platform_core.jobs.errors import JobCanceled, JobRefusedError
from platform_core.jobs.queries import job_state
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext
from platform_core.jobs.schedules import schedule_job, schedule_state, unschedule_job
from platform_core.jobs.services import cancel_job
from platform_core.jobs.types import JobState

start_job = start_job_async_or_sync

__all__ = [
    "JobCanceled",
    "JobContext",
    "JobRefusedError",
    "JobState",
    "cancel_job",
    "job",
    "job_state",
    "schedule_job",
    "schedule_state",
    "start_job",
    "start_job_async_or_sync",
    "unschedule_job",
]
