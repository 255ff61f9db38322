"""Reading snapshots: rows as Label Studio's clients know them, with the state that their jobs really have."""

from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from platform_core.api.errors import NotFoundError
from platform_core.jobs.models import Job
from platform_core.tasks.models import ExportConversion, ExportSnapshot, ExportStatus
from platform_core.tasks.models.exports import WrittenFile
from tenants.records import JobStatus

LISTED: Final = 100
GAVE_UP: Final = "The job that wrote this file did not finish; ask for it again."


def snapshots_of(project_id: int) -> QuerySet[ExportSnapshot]:
    """Return the snapshots of a project that have not expired, newest first."""
    rows = ExportSnapshot.objects.filter(project=project_id, expires_at__gt=timezone.now())
    return rows.select_related("created_by").prefetch_related("conversions").order_by("-id")


def find_snapshot(*, project_id: int, snapshot_id: int) -> ExportSnapshot:
    """Return one snapshot.

    Raises:
        NotFoundError: the project has none with this id.
    """
    snapshot = snapshots_of(project_id).filter(pk=snapshot_id).first()
    if snapshot is None:
        raise NotFoundError(f"Project {project_id} has no export {snapshot_id}.")
    return snapshot


def snapshot_objects(snapshots: list[ExportSnapshot]) -> list[dict[str, Any]]:
    """Return Label Studio's objects of snapshots, with ours: digest, size, job, expiry."""
    conversions = {one.pk: sorted(one.conversions.all(), key=lambda item: item.pk) for one in snapshots}
    jobs = _jobs([*snapshots, *(item for items in conversions.values() for item in items)])
    return [_object(one, conversions[one.pk], jobs) for one in snapshots]


def status_of(file: WrittenFile) -> str:
    """Return the state of one file."""
    return _status(file, _jobs([file]))


def _jobs(files: list[Any]) -> dict[Any, str]:
    ids = [file.job_id for file in files if file.status != ExportStatus.COMPLETED and file.job_id is not None]
    return dict(Job.objects.filter(pk__in=ids).values_list("pk", "status")) if ids else {}


def _status(file: WrittenFile, jobs: dict[Any, str]) -> str:
    """A row that is not completed is what its job is: a job that ended without completing it has failed."""
    if file.status == ExportStatus.COMPLETED:
        return ExportStatus.COMPLETED.value
    job = jobs.get(file.job_id)
    if job == JobStatus.QUEUED:
        return ExportStatus.CREATED.value
    return ExportStatus.IN_PROGRESS.value if job == JobStatus.RUNNING else ExportStatus.FAILED.value


def _object(snapshot: ExportSnapshot, conversions: list[ExportConversion], jobs: dict[Any, str]) -> dict[str, Any]:
    author = snapshot.created_by
    return {
        "id": snapshot.pk,
        "title": snapshot.title,
        "project": snapshot.project_id,
        "created_by": author
        and {
            "id": author.pk,
            "first_name": author.first_name,
            "last_name": author.last_name,
            "email": author.email,
            "avatar": author.avatar_path,
            "username": author.username,
        },
        "created_at": snapshot.created_at,
        "finished_at": snapshot.finished_at,
        "expires_at": snapshot.expires_at,
        "status": _status(snapshot, jobs),
        "job": snapshot.job_id,
        "md5": snapshot.md5,
        "sha256": snapshot.sha256,
        "size": snapshot.size,
        "counters": snapshot.counters,
        "task_filter_options": snapshot.task_filter_options,
        "annotation_filter_options": snapshot.annotation_filter_options,
        "serialization_options": snapshot.serialization_options,
        "converted_formats": [_conversion(one, jobs) for one in conversions],
    }


def _conversion(one: ExportConversion, jobs: dict[Any, str]) -> dict[str, Any]:
    status = _status(one, jobs)
    return {
        "id": one.pk,
        "status": status,
        "export_type": one.export_type,
        "traceback": GAVE_UP if status == ExportStatus.FAILED else None,
        "job": one.job_id,
        "md5": one.md5,
        "sha256": one.sha256,
        "size": one.size,
    }
