"""Importing tasks: a stream of batches in, COPY out, all or nothing."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from platform_core.api.errors import ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.projects.models import Project, ProjectCounters
from platform_core.tasks.models import ImportRun, ImportStatus
from platform_core.tasks.queries.zones import refresh_zones, zones_between
from platform_core.tasks.services.authors import Authors
from platform_core.tasks.services.checks import usable_config
from platform_core.tasks.services.counters import CounterChange, change_counters
from platform_core.tasks.services.import_copy import CopyPipe
from platform_core.tasks.services.import_plugins import check_tasks_with_plugins
from platform_core.tasks.services.import_rows import BatchNumbers, ImportEncoder, ImportPlace, ImportTotals
from platform_core.tasks.services.import_sources import PartBatch
from platform_core.tasks.services.tasks import lock_task_numbers

_IDS = "SELECT nextval(pg_get_serial_sequence('tasks_task', 'id')) FROM generate_series(1, %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import made.

    Attributes:
        run: the row that keeps the report; not saved where nothing was to be written.
        task_ids: ids of the tasks, in order of the body.
        duration: seconds.
    """

    run: ImportRun
    task_ids: list[int]
    duration: float


@transaction.atomic
def import_tasks(
    *,
    project: Project,
    batches: Iterable[PartBatch],
    run: ImportRun,
    actor: Principal,
    batches_use_database: bool = True,
) -> ImportReport:
    """Add all tasks of a stream to a project, or none.

    Args:
        batches: tasks in order of the body; read while the transaction is open.
        run: what is known of the import; it is completed and saved.
        batches_use_database: False where reading them needs no statement, so that rows are stored meanwhile.

    Raises:
        ValidationFailedError: an item breaks a rule; the message names item and key, and nothing is written.
        PluginDisabledError: the project needs a plugin that is off.
    """
    started = time.monotonic()
    place = ImportPlace(
        project=project,
        compiled=usable_config(project, actor),
        member_id=actor.id,
        moment=timezone.now(),
        authors=Authors(actor.id),
    )
    first_number = lock_task_numbers(project.pk) + 1
    totals = ImportTotals()
    task_ids = _copy_batches(
        ImportEncoder(place), batches, first_number, totals, actor, batches_use_database=batches_use_database
    )
    _settle(project, totals, first_number)
    refresh_zones(project.pk)
    duration = time.monotonic() - started
    _complete(run, totals, task_ids, duration)
    facts = {"project": project.pk, "import": run.pk, "tasks": totals.tasks}
    record_audit(actor=actor, action="tasks.imported", target_type="project", target_id=project.pk, data=facts)
    emit_event(type="tasks.imported", payload={**facts, "member": actor.id})
    return ImportReport(run=run, task_ids=task_ids, duration=duration)


def count_tasks(*, batches: Iterable[PartBatch], run: ImportRun) -> ImportReport:
    """Read all tasks of a stream and report what an import would make; writes nothing and asks no label config."""
    started = time.monotonic()
    totals = ImportTotals()
    for tasks, _ in batches:
        refuse_too_many(totals.tasks + len(tasks))
        totals.tasks += len(tasks)
        totals.annotations += sum(len(task.annotations) for task in tasks)
        totals.predictions += sum(len(task.predictions) for task in tasks)
        totals.note_columns(tasks)
    _fill(run, totals, time.monotonic() - started)
    return ImportReport(run=run, task_ids=[], duration=run.duration)


def refuse_too_many(tasks: int) -> None:
    """Refuse an import of more tasks than the platform takes at once."""
    if tasks > settings.TENON_MAX_IMPORT_TASKS:
        raise ValidationFailedError(f"An import takes at most {settings.TENON_MAX_IMPORT_TASKS} tasks; split the file.")


def _complete(run: ImportRun, totals: ImportTotals, task_ids: list[int], duration: float) -> None:
    _fill(run, totals, duration)
    run.status = ImportStatus.COMPLETED
    run.task_ids = [task_ids[0], task_ids[-1]] if task_ids else []
    run.finished_at = timezone.now()
    run.save()


def _fill(run: ImportRun, totals: ImportTotals, duration: float) -> None:
    run.task_count = totals.tasks
    run.annotation_count = totals.annotations + totals.skipped
    run.prediction_count = totals.predictions
    run.data_columns = sorted(totals.columns)
    run.warnings = totals.warnings
    run.duration = duration


def _copy_batches(
    encoder: ImportEncoder,
    batches: Iterable[PartBatch],
    first_number: int,
    totals: ImportTotals,
    actor: Principal,
    *,
    batches_use_database: bool,
) -> list[int]:
    task_ids: list[int] = []
    with CopyPipe() as pipe:
        for tasks, upload_id in batches:
            # Validators, authors and ids need the connection; only reading and parsing run beside the COPY.
            pipe.settle()
            refuse_too_many(len(task_ids) + len(tasks))
            first_item = len(task_ids)
            totals.warn(check_tasks_with_plugins(encoder.place, tasks, first_item=first_item, actor=actor))
            ids = _new_ids(len(tasks))
            numbers = BatchNumbers(
                ids=ids, first_item=first_item, first_number=first_number + first_item, upload_id=upload_id
            )
            blocks = encoder.encode(tasks, numbers=numbers, totals=totals)
            pipe.send(blocks)
            if batches_use_database:
                pipe.settle()
            totals.note_columns(tasks)
            task_ids.extend(ids)
    return task_ids


def _new_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [count])
        return sorted(row[0] for row in cursor.fetchall())


def _settle(project: Project, totals: ImportTotals, first_number: int) -> None:
    last_number = first_number + totals.tasks - 1
    ProjectCounters.objects.filter(project=project).update(last_inner_id=last_number)
    change_counters(
        project_id=project.pk,
        zones=zones_between(first_number, last_number),
        change=CounterChange(
            task_number=totals.tasks,
            finished_task_number=totals.finished_tasks,
            total_predictions_number=totals.predictions,
            total_annotations_number=totals.annotations,
            num_tasks_with_annotations=totals.annotated_tasks,
            useful_annotation_number=totals.useful,
            ground_truth_number=totals.ground_truth,
            skipped_annotations_number=totals.skipped,
        ),
    )
