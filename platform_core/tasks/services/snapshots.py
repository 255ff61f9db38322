"""Snapshots: ask for one, convert it, delete it. The files are written by jobs."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from platform_core.api.errors import BadRequestError
from platform_core.events.services import record_audit
from platform_core.files import organization_files
from platform_core.jobs.queue import start_job_async_or_sync
from platform_core.jobs.types import JobFunction
from platform_core.members.principal import Principal
from platform_core.projects.models import Project
from platform_core.tasks.export_files import ExportFiles
from platform_core.tasks.export_plugins import PluginFormat
from platform_core.tasks.exporting import JSON, find_format
from platform_core.tasks.models import ExportConversion, ExportSnapshot, ExportStatus
from platform_core.tasks.queries.snapshots import status_of
from platform_core.tasks.services.storage import refuse_when_full

LONGEST_JOB_SECONDS = 3 * 3600


@transaction.atomic
def create_snapshot(
    *,
    project: Project,
    title: str,
    task_filter: dict[str, Any],
    annotation_filter: dict[str, Any],
    serialization: dict[str, Any],
    actor: Principal,
    write: JobFunction,
) -> ExportSnapshot:
    """Have a job write a snapshot of a project.

    Args:
        write: the job; it takes the id of the snapshot.

    Raises:
        StorageFullError: the organization's quota is used up.
    """
    refuse_when_full()
    snapshot = ExportSnapshot.objects.create(
        project=project,
        title=title or f"{project.title.replace(' ', '-')}-at-{timezone.now():%Y-%m-%d-%H-%M}",
        created_by_id=actor.id,
        task_filter_options=task_filter,
        annotation_filter_options=annotation_filter,
        serialization_options=serialization,
        expires_at=timezone.now() + timedelta(days=settings.TENON_EXPORT_DAYS),
    )
    _start(snapshot, write, actor)
    _record(actor, "export.created", snapshot)
    return snapshot


@transaction.atomic
def convert_snapshot(
    *, snapshot: ExportSnapshot, export_type: str, with_media: bool, actor: Principal, write: JobFunction
) -> ExportConversion:
    """Have a job convert a snapshot; one that has failed is begun again.

    Args:
        with_media: fetch media into a format that can hold them.
        write: the job; it takes the ids of the conversion and of the member, and `with_media`.

    Raises:
        ValidationFailedError: the format is unknown here, or cannot hold this project.
        BadRequestError: the snapshot is not complete, or the conversion has begun already.
        StorageFullError: the organization's quota is used up.
    """
    refuse_when_full()
    wanted = find_format(export_type, actor.enabled_plugins, snapshot.project.parsed_label_config)
    ExportSnapshot.objects.select_for_update().get(pk=snapshot.pk)
    if snapshot.status != ExportStatus.COMPLETED:
        raise BadRequestError("This export is not complete; convert it when it is.")
    if wanted is JSON:
        raise BadRequestError("An export is JSON already; download it without exportType.")
    facts = wanted.spec if isinstance(wanted, PluginFormat) else wanted
    conversion, fresh = ExportConversion.objects.get_or_create(
        snapshot=snapshot,
        export_type=wanted.name,
        defaults={"extension": facts.extension, "content_type": facts.content_type},
    )
    if not fresh and status_of(conversion) != ExportStatus.FAILED:
        raise BadRequestError(f"The conversion to {wanted.name} has begun already.")
    _start(conversion, write, actor, actor.id, with_media)
    _record(actor, "export.converted", snapshot, export_type=wanted.name)
    return conversion


@transaction.atomic
def delete_snapshot(*, snapshot: ExportSnapshot, actor: Principal | None) -> None:
    """Delete a snapshot, its conversions and their files; a job that still writes finds nothing to write for."""
    snapshot_id, files = snapshot.pk, ExportFiles(store=organization_files())
    _record(actor, "export.deleted", snapshot)
    snapshot.delete()
    transaction.on_commit(lambda: files.delete(snapshot_id), robust=True)


def delete_expired_snapshots() -> int:
    """Delete what has expired in the organization in scope, and files whose rows are gone; return how many."""
    files = ExportFiles(store=organization_files())
    expired = list(ExportSnapshot.objects.filter(expires_at__lte=timezone.now()))
    for snapshot in expired:
        delete_snapshot(snapshot=snapshot, actor=None)
    # Files first, rows second: a snapshot made meanwhile has its row before its file.
    found = files.snapshot_ids()
    for snapshot_id in found - set(ExportSnapshot.objects.filter(pk__in=found).values_list("pk", flat=True)):
        files.delete(snapshot_id)
    return len(expired)


def _start(row: ExportSnapshot | ExportConversion, write: JobFunction, actor: Principal, *more: Any) -> None:
    job_id = start_job_async_or_sync(write, row.pk, *more, actor=actor, job_timeout=LONGEST_JOB_SECONDS)
    type(row).objects.filter(pk=row.pk).update(job_id=job_id)
    row.refresh_from_db()


def _record(actor: Principal | None, action: str, snapshot: ExportSnapshot, **facts: Any) -> None:
    data = {"project": snapshot.project_id, **facts}
    record_audit(actor=actor, action=action, target_type="export", target_id=snapshot.pk, data=data)
