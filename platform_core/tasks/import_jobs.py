"""Jobs of tasks: imports that are too long for a request, and files that nobody refers to any more."""

from typing import Any, Final

from platform_core.api.errors import PermissionDeniedError
from platform_core.files import delete_files_of, schemas_with_files
from platform_core.jobs.housekeeping import housekeeping_step
from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext
from platform_core.members.queries.acting import acting_member
from platform_core.tasks.models import ImportRun
from platform_core.tasks.services.file_uploads import sweep_files
from platform_core.tasks.services.import_runs import ImportOptions, run_planned_import
from platform_core.tasks.tidying import start_where_files_are
from tenants.models import organization_refs
from tenants.scope import public_scope

HOURS_2: Final = 7200


@job(queue="default", timeout=HOURS_2)
def import_files_job(context: JobContext, run_id: int, actor_id: int, options: dict[str, Any]) -> dict[str, Any]:
    """Do an import whose files are kept already."""
    run = ImportRun.objects.select_related("project").filter(pk=run_id).first()
    if run is None:
        # The project was deleted meanwhile, and its imports with it.
        return {"import": run_id, "tasks": 0}
    actor = acting_member(actor_id)
    if actor is None:
        raise PermissionDeniedError("Whoever asked for this import is no member any more.")
    run_planned_import(run=run, options=ImportOptions(**options), actor=actor, progress=context.progress)
    return {"import": run_id, "tasks": run.task_count}


@job(queue="low")
def sweep_files_job(context: JobContext) -> int:  # noqa: ARG001
    """Delete bytes of files that have no row."""
    return sweep_files()


@housekeeping_step
def tidy_uploads() -> None:
    """Have each organization that keeps files look for lost ones; delete the files of those that are gone."""
    with public_scope():
        schemas = {ref.schema for ref in organization_refs()}
    delete_files_of(schema for schema in schemas_with_files() if schema not in schemas)
    start_where_files_are(sweep_files_job)
