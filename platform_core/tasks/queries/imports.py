"""Reports of imports."""

from platform_core.api.errors import NotFoundError
from platform_core.tasks.models import ImportRun, Task


def import_run(*, project_id: int, run_id: int) -> ImportRun:
    """Return the report of an import of a project.

    Raises:
        NotFoundError: the project has no such import.
    """
    run = ImportRun.objects.filter(project=project_id, pk=run_id).first()
    if run is None:
        raise NotFoundError(f"Project {project_id} has no import {run_id}.")
    return run


def task_ids_of(run: ImportRun) -> list[int]:
    """Return the ids of an import's tasks that are still there: nobody else adds tasks to a project meanwhile."""
    if len(run.task_ids) != 2:
        return []
    first, last = run.task_ids
    tasks = Task.objects.filter(project=run.project_id, pk__gte=first, pk__lte=last)
    return list(tasks.order_by("pk").values_list("pk", flat=True))
