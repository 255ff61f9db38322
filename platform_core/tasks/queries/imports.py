"""Reports of imports."""

from platform_core.api.errors import NotFoundError
from platform_core.tasks.models import ImportRun


def import_run(*, project_id: int, run_id: int) -> ImportRun:
    """Return the report of an import of a project.

    Raises:
        NotFoundError: the project has no such import.
    """
    run = ImportRun.objects.filter(project=project_id, pk=run_id).first()
    if run is None:
        raise NotFoundError(f"Project {project_id} has no import {run_id}.")
    return run
