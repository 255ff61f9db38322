"""Background jobs of a plugin: functions of its app's module `jobs`, run only where the plugin is enabled."""

from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext

start_job = start_job_async_or_sync

__all__ = ["JobContext", "job", "start_job", "start_job_async_or_sync"]
