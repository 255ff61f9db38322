"""Jobs on projects. Idempotent: what is done is left as it is."""

from typing import Any

from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext
from platform_core.members.queries.acting import acting_member
from platform_core.projects.services.duplication import copy_tasks


@job(timeout=3600)
def copy_tasks_job(
    context: JobContext,  # noqa: ARG001 - every job takes it
    source_id: int,
    target_id: int,
    actor_id: int,
) -> dict[str, Any]:
    """Copy the tasks of a project into its duplicate."""
    tasks = copy_tasks(source_id=source_id, target_id=target_id, actor=acting_member(actor_id))
    return {"project": target_id, "tasks": tasks}
