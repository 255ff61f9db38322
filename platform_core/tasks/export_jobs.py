"""Jobs that write the files of exports. At least once: an attempt that follows a dead one writes its file anew."""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing, nullcontext
from dataclasses import replace
from typing import Any, BinaryIO, Final

from django.db import transaction
from django.utils import timezone

from platform_core.api.errors import PermissionDeniedError
from platform_core.events.services import emit_event
from platform_core.files import organization_files
from platform_core.jobs.housekeeping import housekeeping_step
from platform_core.jobs.registry import job
from platform_core.jobs.runner import JobContext
from platform_core.members.queries.acting import acting_member
from platform_core.plugins.queries.enabled import enabled_plugins
from platform_core.tasks.api.task_lists import stored_query
from platform_core.tasks.export_files import DigestingFile, ExportFiles, FileFacts
from platform_core.tasks.export_media import MediaFiles, limits_in_job
from platform_core.tasks.export_plugins import PluginFormat, write_with_plugin
from platform_core.tasks.exporting import JSON, export_context, find_format, json_blocks, media_files, table_of_rows
from platform_core.tasks.filters import compile_query
from platform_core.tasks.filters.plugin_columns import columns_of
from platform_core.tasks.models import ExportConversion, ExportSnapshot, ExportStatus
from platform_core.tasks.queries.exports import count_exported
from platform_core.tasks.services.snapshots import LONGEST_JOB_SECONDS, delete_expired_snapshots
from platform_core.tasks.services.storage import writable_files
from platform_core.tasks.tidying import start_where_files_are
from platform_core.tasks.types import ExportSelection, selection_of
from tenants.scope import current_organization

NO_MEMBER: Final = "Whoever asked for this export is no member any more."


@job(queue="low", timeout=LONGEST_JOB_SECONDS)
def write_snapshot_job(context: JobContext, snapshot_id: int) -> dict[str, Any]:
    """Write the JSON of a snapshot."""
    snapshot = ExportSnapshot.objects.filter(pk=snapshot_id).first()
    if snapshot is None or snapshot.status == ExportStatus.COMPLETED:
        return {"export": snapshot_id}
    selection = _selection(snapshot)
    organization, total, done = current_organization(), count_exported(selection), 0
    context.progress(0, total)
    with ExportFiles(store=writable_files()).writing(snapshot_id) as out:
        for block in json_blocks(organization, selection):
            out.write(block)
            # A line is a task: JSON escapes line ends within.
            done += block.count(b"\n")
            context.progress(done)
        tasks = done + 1 if out.size > len(b"[]") else 0
        facts = out.facts()
    complete(snapshot, facts, counters={"task_number": tasks})
    context.progress(tasks, tasks)
    return {"export": snapshot_id, "task_number": tasks}


def _selection(snapshot: ExportSnapshot) -> ExportSelection:
    """Return what the snapshot holds; tasks of a view are those that it shows now to who asked for the snapshot."""
    selection = selection_of(
        project_id=snapshot.project_id,
        task_filter=snapshot.task_filter_options,
        annotation_filter=snapshot.annotation_filter_options,
        serialization=snapshot.serialization_options,
    )
    view_id = snapshot.task_filter_options.get("view")
    if view_id is None:
        return selection
    actor = acting_member(snapshot.created_by_id or 0)
    if actor is None:
        raise PermissionDeniedError(NO_MEMBER)
    _, query = stored_query(actor, view_id, snapshot.project_id, columns_of(actor.enabled_plugins))
    compiled = compile_query(query)
    # `member` is whose drafts a filter means.
    arguments = {**compiled.arguments, "member": actor.id}
    return replace(selection, tasks=replace(selection.tasks, where=compiled.where, arguments=arguments))


@job(queue="low", timeout=LONGEST_JOB_SECONDS)
def convert_snapshot_job(
    context: JobContext, conversion_id: int, actor_id: int = 0, with_media: bool = False
) -> dict[str, Any]:
    """Write a snapshot in another format, with media that the member may see where the format holds them."""
    conversion = (
        ExportConversion.objects.select_related("snapshot__project")
        .filter(pk=conversion_id, snapshot__status=ExportStatus.COMPLETED)
        .first()
    )
    if conversion is None or conversion.status == ExportStatus.COMPLETED:
        return {"conversion": conversion_id}
    snapshot = conversion.snapshot
    files, total = ExportFiles(store=writable_files()), snapshot.counters.get("task_number")

    def read() -> Generator[bytes, None, None]:
        return _counted(_lines(files.open(snapshot.pk)), lambda done: context.progress(done, total))

    with files.writing(snapshot.pk, conversion.pk) as out:
        media = _convert(conversion, read, out, actor_id, with_media)
        facts = out.facts()
    complete(conversion, facts)
    return {"export": snapshot.pk, "export_type": conversion.export_type, **({"media": media} if media else {})}


def _convert(
    conversion: ExportConversion,
    read: Callable[[], Generator[bytes, None, None]],
    out: DigestingFile,
    actor_id: int,
    with_media: bool,
) -> dict[str, int] | None:
    """Write the file; returns the counts of media, None where none were wanted."""
    project = conversion.snapshot.project
    wanted = find_format(conversion.export_type, enabled_plugins(), project.parsed_label_config)
    if isinstance(wanted, PluginFormat):
        takes = wanted.takes_media(asked=with_media)
        with closing(_media(conversion, actor_id)) if takes else nullcontext() as media:
            context = export_context(project, current_organization(), media)
            write_with_plugin(wanted, read(), out, context, seconds=LONGEST_JOB_SECONDS)
            return media.counts() if media is not None else None
    for block in table_of_rows(read, wanted.delimiter):
        out.write(block)
    return None


def _media(conversion: ExportConversion, actor_id: int) -> MediaFiles:
    actor = acting_member(actor_id or conversion.snapshot.created_by_id or 0)
    if actor is None:
        raise PermissionDeniedError(NO_MEMBER)
    return media_files(conversion.snapshot.project_id, actor, limits_in_job())


def _lines(opened: BinaryIO) -> Generator[bytes, None, None]:
    """Yield the tasks of a snapshot's file: a task a line between `[` and `]`, commas at ends of lines."""
    with opened as file:
        for line in file:
            task = line.rstrip(b"\n").removeprefix(b"[").removesuffix(b",")
            task = task.removesuffix(b"]") if task.endswith(b"}]") or task == b"]" else task
            if task:
                yield task


def _counted(rows: Iterable[bytes], show: Callable[[int], None]) -> Generator[bytes, None, None]:
    for done, row in enumerate(rows, start=1):
        yield row
        show(done)


@transaction.atomic
def complete(row: ExportSnapshot | ExportConversion, facts: FileFacts, **values: Any) -> None:
    """Say that the file is there, unless somebody has deleted the row meanwhile: then the file goes too."""
    changed = (
        type(row)
        .objects.filter(pk=row.pk)
        .update(
            status=ExportStatus.COMPLETED,
            size=facts.size,
            md5=facts.md5,
            sha256=facts.sha256,
            finished_at=timezone.now(),
            updated_at=timezone.now(),
            **values,
        )
    )
    snapshot = row if isinstance(row, ExportSnapshot) else row.snapshot
    if not changed:
        ExportFiles(store=organization_files()).delete(snapshot.pk)
        return
    export_type = row.export_type if isinstance(row, ExportConversion) else JSON.name
    payload = {"project": snapshot.project_id, "export": snapshot.pk, "export_type": export_type}
    emit_event(type="export.finished", payload=payload)


@job(queue="low")
def delete_expired_exports_job(context: JobContext) -> int:  # noqa: ARG001
    """Delete the expired snapshots of an organization."""
    return delete_expired_snapshots()


@housekeeping_step
def tidy_exports() -> None:
    """Have each organization that keeps files delete its expired exports; `tidy_uploads` knows those that are gone."""
    start_where_files_are(delete_expired_exports_job)
