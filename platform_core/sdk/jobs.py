"""Work in the background. A plugin's jobs live in its module `jobs` and run only where it is enabled.

@job(queue="low", max_attempts=3)
def tidy(context: JobContext, row_id: int) -> None: ...

start_job_async_or_sync(tidy, row.pk)       # a row in the caller's transaction
"""

from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext

__all__ = ["JobContext", "job", "start_job_async_or_sync"]
