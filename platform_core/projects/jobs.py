"""Jobs on projects. Idempotent: what is done is left as it is."""

from typing import Any

from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext
from platform_core.members.queries.acting import acting_member
from platform_core.projects.services.duplication import copy_tasks
from platform_core.projects.services.labelling_rules import apply_next_part


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


@job(queue="high", timeout=3600, max_attempts=5)
def apply_rules_job(context: JobContext, project_id: int) -> dict[str, Any]:
    """Bring the tasks of a big project up to its rules, part by part; a repeated job goes on where the last stopped."""
    done = 0
    while (progress := apply_next_part(project_id=project_id)) is not None:
        done = progress.done
        context.progress(done, progress.total)
    return {"project": project_id, "tasks": done}
