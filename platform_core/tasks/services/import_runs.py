"""Imports as clients ask for them: of a body, of uploaded files, of files uploaded before; now or as a job."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from django.db import transaction
from django.utils import timezone

from platform_core.api.errors import TenonError, ValidationFailedError
from platform_core.members.principal import Principal
from platform_core.projects.models import Project
from platform_core.tasks.models import FileUpload, ImportRun, ImportStatus, Task
from platform_core.tasks.services.file_uploads import (
    KeptFile,
    forget_files,
    keep_file,
    open_upload,
    record_uploads,
    refuse_missing,
)
from platform_core.tasks.services.import_sources import ImportPart, ImportSource, PartBatch, open_source
from platform_core.tasks.services.imports import ImportReport, count_tasks, import_tasks
from platform_core.tasks.services.preannotation import preannotated
from platform_core.tasks.services.tasks import delete_tasks, lock_task_numbers

MAX_SHOWN_ERROR: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What a client may wish of an import.

    Attributes:
        format: of the body or of all files; None to recognise it.
        commit: write the tasks; else only say what they would be.
        preannotated_from_fields: keys of the tasks' data that hold predictions.
        as_tasks_list: False makes each table or text one task that names the file.
    """

    format: str | None = None
    commit: bool = True
    preannotated_from_fields: list[str] = field(default_factory=list)
    as_tasks_list: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingFile:
    """A file on its way in.

    Attributes:
        stream: at its beginning; read twice.
        name: as the client says it.
    """

    stream: BinaryIO
    name: str
    content_type: str | None = None


def import_body(*, project: Project, body: IncomingFile, options: ImportOptions, actor: Principal) -> ImportReport:
    """Import the tasks of a request's body; raises as `import_tasks`."""
    source = ImportSource(stream=body.stream, content_type=body.content_type)
    return _imported(project=project, sources=[source], options=options, actor=actor)


def import_files(
    *, project: Project, files: Sequence[IncomingFile], options: ImportOptions, actor: Principal
) -> ImportReport:
    """Keep files and import their tasks, all or nothing; raises as `import_tasks`."""
    with _Keeping(project) as keeping:
        kept = [keeping.keep(file) for file in files]
        with transaction.atomic():
            uploads = record_uploads(project=project, files=kept, actor=actor)
            sources = []
            for file, upload in zip(files, uploads, strict=True):
                file.stream.seek(0)
                sources.append(_source(upload, file.stream, file.content_type))
            return _imported(project=project, sources=sources, options=options, actor=actor)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedImport:
    """An import whose files are kept and whose run is written; a job does the rest."""

    run: ImportRun
    uploads: list[FileUpload]


def plan_import(
    *, project: Project, files: Sequence[IncomingFile], actor: Principal, start: Callable[[ImportRun], Any]
) -> PlannedImport:
    """Keep files for an import that runs later.

    Args:
        start: called inside the transaction with the run; returns the id of the job that will do it.
    """
    with _Keeping(project) as keeping:
        kept = [keeping.keep(file) for file in files]
        with transaction.atomic():
            uploads = record_uploads(project=project, files=kept, actor=actor)
            run = ImportRun.objects.create(
                project=project, created_by_id=actor.id, file_upload_ids=[upload.pk for upload in uploads]
            )
            run.job_id = start(run)
            run.save(update_fields=["job_id", "updated_at"])
            return PlannedImport(run=run, uploads=uploads)


def run_planned_import(
    *, run: ImportRun, options: ImportOptions, actor: Principal, progress: Callable[[int, int], None]
) -> ImportRun:
    """Do a planned import; one that is done already is left as it is.

    Raises:
        TenonError: as `import_tasks`; the run is then failed and says why.
    """
    if run.status == ImportStatus.COMPLETED:
        return run
    run.status, run.error = ImportStatus.IN_PROGRESS, ""
    run.save(update_fields=["status", "error", "updated_at"])
    try:
        _run_uploads(run.project, run.file_upload_ids, options, actor, run=run, progress=progress)
    except BaseException as error:
        text = error.detail if isinstance(error, TenonError) else "The import was interrupted."
        ImportRun.objects.filter(pk=run.pk).update(
            status=ImportStatus.FAILED, error=text[:MAX_SHOWN_ERROR], finished_at=timezone.now()
        )
        raise
    return run


@transaction.atomic
def reimport(*, project: Project, upload_ids: Sequence[int], options: ImportOptions, actor: Principal) -> ImportReport:
    """Import files again that were uploaded before; tasks that came from them earlier are deleted.

    Raises:
        ValidationFailedError: the project has not all of these files; or as `import_tasks`.
    """
    if not upload_ids:
        raise ValidationFailedError(validation_errors={"file_upload_ids": ["Name at least one file."]})
    refuse_missing(
        upload_ids, FileUpload.objects.filter(project=project, pk__in=upload_ids).values_list("pk", flat=True)
    )
    lock_task_numbers(project.pk)
    old = list(Task.objects.filter(project=project, file_upload__in=upload_ids).values_list("pk", flat=True))
    if old:
        delete_tasks(project_id=project.pk, task_ids=old)
    return _run_uploads(project, list(dict.fromkeys(upload_ids)), options, actor)


def _run_uploads(
    project: Project,
    upload_ids: list[int],
    options: ImportOptions,
    actor: Principal,
    *,
    run: ImportRun | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    by_id = FileUpload.objects.filter(project=project).in_bulk(upload_ids)
    uploads = [by_id[pk] for pk in upload_ids if pk in by_id]
    if not uploads:
        raise ValidationFailedError(validation_errors={"file_upload_ids": ["The files are gone."]})
    with ExitStack() as stack:
        sources = [_source(upload, stack.enter_context(open_upload(upload)), None) for upload in uploads]
        return _imported(project=project, sources=sources, options=options, actor=actor, run=run, progress=progress)


def _source(upload: FileUpload, stream: BinaryIO, content_type: str | None) -> ImportSource:
    return ImportSource(
        stream=stream,
        filename=upload.name,
        content_type=content_type,
        upload_id=upload.pk,
        url=f"/data/{upload.file}",
    )


def _imported(
    *,
    project: Project,
    sources: Sequence[ImportSource],
    options: ImportOptions,
    actor: Principal,
    run: ImportRun | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    parts = [
        open_source(source, wanted=options.format, project=project, actor=actor, as_tasks_list=options.as_tasks_list)
        for source in sources
    ]
    run = run or ImportRun(project=project, created_by_id=actor.id)
    run.found_formats = [part.format for part in parts]
    run.source_format = ",".join(dict.fromkeys(run.found_formats))[:64]
    run.file_upload_ids = [source.upload_id for source in sources if source.upload_id is not None]
    run.could_be_tasks_list = any(part.is_list for part in parts)
    batches: Iterable[PartBatch] = _in_turn(parts, sources, progress)
    if options.preannotated_from_fields:
        batches = preannotated(batches, fields=options.preannotated_from_fields, project=project)
    if not options.commit:
        return count_tasks(batches=batches, run=run)
    return import_tasks(
        project=project,
        batches=batches,
        run=run,
        actor=actor,
        batches_use_database=any(part.by_plugin for part in parts),
    )


def _in_turn(
    parts: Sequence[ImportPart], sources: Sequence[ImportSource], progress: Callable[[int, int], None] | None
) -> Iterator[PartBatch]:
    """Yield the batches of one part after the other, and tell how many bytes have been read."""
    sizes = [_size(source.stream) for source in sources] if progress is not None else []
    before = 0
    for number, (part, source) in enumerate(zip(parts, sources, strict=True)):
        for batch in part.batches:
            yield batch
            if progress is not None and not source.stream.closed:
                progress(before + source.stream.tell(), sum(sizes))
        before += sizes[number] if sizes else 0


def _size(stream: BinaryIO) -> int:
    here = stream.tell()
    size = stream.seek(0, 2)
    stream.seek(here)
    return size


class _Keeping:
    """Files kept inside the block are forgotten again when it fails."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._kept: list[KeptFile] = []

    def __enter__(self) -> "_Keeping":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is not None:
            forget_files(project=self._project, files=self._kept)

    def keep(self, file: IncomingFile) -> KeptFile:
        """Store a file's bytes."""
        kept = keep_file(project=self._project, name=file.name, stream=file.stream)
        self._kept.append(kept)
        return kept
