"""Importing predictions: a stream of batches in, COPY out, all or nothing."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from platform_core.api.errors import ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.projects.configs import CompiledConfig
from platform_core.projects.models import Project
from platform_core.tasks.copying import Column, Constant, RowEncoder
from platform_core.tasks.queries.predictions import tasks_of_project
from platform_core.tasks.reading import Batch
from platform_core.tasks.reading.errors import item_error
from platform_core.tasks.services.checks import check_result, usable_config
from platform_core.tasks.services.counters import CounterChange, change_counters
from platform_core.tasks.services.import_rows import PREDICTION_COLUMNS, prediction_row
from tenants.scope import current_schema

HIGHEST_ID: Final = 2**63 - 1
# In order of ids, as every writer of many tasks takes them, so that two of them cannot wait for each other.
_COUNT = """
    WITH added AS (SELECT u.id, u.n FROM unnest(%s::bigint[], %s::int[]) AS u(id, n)),
         held AS (SELECT t.id FROM tasks_task t JOIN added USING (id) ORDER BY t.id FOR NO KEY UPDATE OF t)
    UPDATE tasks_task t SET total_predictions = t.total_predictions + added.n
    FROM held JOIN added USING (id) WHERE t.id = held.id"""


@transaction.atomic
def import_predictions(*, project: Project, batches: Iterable[Batch], actor: Principal) -> int:
    """Attach all predictions of a stream to tasks of a project, or none; returns how many.

    Args:
        batches: objects with `task` and `result`, and `score` (0 to 1), `model_version`, `cluster`, `mislabeling` if
            they like; read while the transaction is open.

    Raises:
        ValidationFailedError: an item breaks a rule, or names a task that the project does not have; the message names
            item and key, and nothing is written.
        PluginDisabledError: the project needs a plugin that is off.
    """
    compiled = usable_config(project, actor)
    encoder = _encoder(project)
    counts: Counter[int] = Counter()
    with connection.cursor() as cursor:
        # One such import a project at a time: each holds thousands of tasks.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{current_schema()}:predictions:{project.pk}"]
        )
        for batch in batches:
            rows = _rows(batch, compiled)
            _refuse_unknown_tasks(project, rows, batch.first_item)
            with cursor.copy(f"COPY tasks_prediction ({PREDICTION_COLUMNS}) FROM STDIN") as copy:
                copy.write(encoder.encode_rows(rows))
            counts.update(row[0] for row in rows)
        if counts:
            cursor.execute(_COUNT, [list(counts), list(counts.values())])
            if cursor.rowcount != len(counts):
                raise ValidationFailedError("Tasks were deleted while their predictions came in; nothing is written.")
    total = counts.total()
    facts = {"project": project.pk, "predictions": total, "tasks": len(counts)}
    record_audit(actor=actor, action="predictions.imported", target_type="project", target_id=project.pk, data=facts)
    emit_event(type="predictions.imported", payload=facts)
    change_counters(project_id=project.pk, change=CounterChange(total_predictions_number=total), tasks=list(counts))
    return total


def _encoder(project: Project) -> RowEncoder:
    now = Constant(kind=Column.TIMESTAMP, value=timezone.now())
    own = [Column.INTEGER, Column.JSON, Column.FLOAT, Column.TEXT, Column.INTEGER, Column.FLOAT]
    return RowEncoder([*own, Constant(kind=Column.INTEGER, value=project.pk), now, now])


def _rows(batch: Batch, compiled: CompiledConfig | None) -> list[tuple[Any, ...]]:
    rows = []
    for index, entry in enumerate(batch.items, start=batch.first_item):
        task = entry.get("task")
        if type(task) is not int or not 0 < task <= HIGHEST_ID:
            raise item_error(index, '"task" must be the id of a task', key="task")
        if type(entry.get("result")) is not list:
            raise item_error(index, '"result" must be a list of regions', key="result")
        where = f"Error at item {index}: "
        check_result(compiled, entry["result"], required=False, where=where)
        row = prediction_row(task, entry, where)
        for key, value in (("score", row[2]), ("mislabeling", row[5])):
            if value is not None and not 0 <= value <= 1:
                raise item_error(index, f'"{key}" must be a number from 0 to 1', key=key)
        rows.append(row)
    return rows


def _refuse_unknown_tasks(project: Project, rows: list[tuple[Any, ...]], first_item: int) -> None:
    wanted = {row[0] for row in rows}
    missing = wanted - tasks_of_project(project_id=project.pk, task_ids=wanted)
    if missing:
        index = next(index for index, row in enumerate(rows) if row[0] in missing)
        raise _unknown_task(first_item + index, rows[index][0], project.pk)


def _unknown_task(item: int, task_id: int, project_id: int) -> ValidationFailedError:
    return item_error(item, f'"task" {task_id} is not a task of project {project_id}', key="task", task=task_id)
