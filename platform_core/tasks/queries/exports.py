"""Exports as streams: the database writes the JSON, COPY carries it, nothing is held.

A response is read after its view has returned, so each generator enters the organization's scope by itself, on its own
transaction, and leaves both when it ends or is closed. The transaction is a repeatable read, so that several statements
of one export see the same moment.
"""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any

import orjson
from django.db import connection, transaction

from platform_core.tasks.copying import CellForm, csv_stream, json_array_stream
from platform_core.tasks.queries import json_sql
from platform_core.tasks.types import AnnotationFilter, ExportSelection, TaskFilter
from tenants.scope import OrganizationRef, tenant_scope

_TASKS = "FROM tasks_task t WHERE t.project_id = %(project)s"
_KEYS = """
    SELECT DISTINCT key
    FROM tasks_task t, LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(t.data) = 'object' THEN t.data END) key
    WHERE t.project_id = %(project)s {tasks}
    ORDER BY key"""
_ROWS = """
    SELECT t.data, t.id, a.id, a.completed_by_id, a.result::text, a.lead_time, {created}, {updated}
    FROM tasks_task t {join} JOIN tasks_annotation a ON a.task_id = t.id AND NOT a.was_cancelled
    WHERE t.project_id = %(project)s {tasks} ORDER BY t.id, a.id"""
FIXED_COLUMNS = ("id", "annotation_id", "annotator", "annotation", "lead_time", "created_at", "updated_at")
FETCH_ROWS = 500


def json_export(organization: OrganizationRef, selection: ExportSelection) -> Iterator[bytes]:
    """Yield a JSON array of tasks with annotations and predictions, in order of ids; each task is a line."""
    query = f"COPY ({_json(selection)}) TO STDOUT"
    with (
        _reading(organization),
        connection.cursor() as cursor,
        cursor.copy(query, _arguments(selection)) as copy,
    ):
        yield from json_array_stream(copy)


def json_rows(organization: OrganizationRef, selection: ExportSelection) -> Generator[bytes, None, None]:
    """Yield each exported task as one JSON object, for formats that build on JSON."""
    with _reading(organization), closing(connection.chunked_cursor()) as cursor:
        cursor.execute(_json(selection), _arguments(selection))
        while rows := cursor.fetchmany(FETCH_ROWS):
            for (row,) in rows:
                yield row.encode()


def csv_export(
    organization: OrganizationRef, selection: ExportSelection, *, delimiter: str = ",", form: CellForm | None = None
) -> Iterator[bytes]:
    """Yield a table: a row an annotation, a column a key of the data; also tasks without one unless `worked_on`."""
    arguments, tasks = _arguments(selection), task_conditions(selection)
    query = _ROWS.format(
        created=json_sql.moment("a.created_at") if form is None else "a.created_at",
        updated=json_sql.moment("a.updated_at") if form is None else "a.updated_at",
        join="" if selection.tasks.worked_on else "LEFT",
        tasks=tasks,
    )
    with _reading(organization):
        with connection.cursor() as cursor:
            cursor.execute(_KEYS.format(tasks=tasks), arguments)
            keys = [row[0] for row in cursor.fetchall()]
        with closing(connection.chunked_cursor()) as cursor:
            cursor.execute(query, arguments)
            yield from csv_stream([*keys, *FIXED_COLUMNS], _table_rows(cursor, keys), delimiter=delimiter, form=form)


def count_exported(selection: ExportSelection, *, at_most: int | None = None) -> int:
    """Return how many tasks an export holds, in the organization in scope; counting ends at `at_most`."""
    found = f"SELECT 1 {_TASKS} {task_conditions(selection)} LIMIT %(at_most)s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({found}) found", {**_arguments(selection), "at_most": at_most})
        (count,) = cursor.fetchone()
    return int(count)


def task_conditions(selection: ExportSelection) -> str:
    """Return the conditions on the task `t`, each begun with AND. Nothing in them is input."""
    tasks = selection.tasks
    conditions = [
        _either(tasks.skipped, "t.cancelled_annotations > 0"),
        _either(tasks.finished, "t.is_labeled"),
        _either(tasks.annotated, "t.total_annotations > 0"),
        "AND (t.total_annotations > 0 OR t.cancelled_annotations > 0)" if tasks.worked_on else "",
        _with_annotations(tasks, selection.annotations),
        "AND t.id = ANY(%(ids)s)" if tasks.ids is not None else "",
        f"AND ({tasks.where})" if tasks.where else "",
    ]
    return " ".join(filter(None, conditions))


def _either(wanted: str | None, condition: str) -> str:
    if wanted is None:
        return ""
    return f"AND {condition}" if wanted == "only" else f"AND NOT ({condition})"


def _with_annotations(tasks: TaskFilter, annotations: AnnotationFilter) -> str:
    if not tasks.only_with_annotations:
        return ""
    condition = annotation_condition(annotations)
    return f"AND EXISTS (SELECT 1 FROM tasks_annotation a WHERE a.task_id = t.id {condition})"


def annotation_condition(wanted: AnnotationFilter) -> str:
    """Return the condition on the annotation `a`, begun with AND; empty when all are wanted."""
    if not wanted.restricts:
        return ""
    kinds = {
        "NOT a.was_cancelled AND NOT a.ground_truth": wanted.usual,
        "a.ground_truth": wanted.ground_truth,
        "a.was_cancelled": wanted.skipped,
    }
    return "AND (" + " OR ".join(f"({kind})" for kind, on in kinds.items() if on) + ")"


def _json(selection: ExportSelection) -> str:
    task = json_sql.exported_task(
        annotations=annotation_condition(selection.annotations),
        full_authors=selection.shape.full_authors,
        full_predictions=selection.shape.full_predictions,
        full_drafts=selection.shape.full_drafts,
    )
    return f"SELECT {task}::text {_TASKS} {task_conditions(selection)} ORDER BY t.id"


def _arguments(selection: ExportSelection) -> dict[str, Any]:
    ids = selection.tasks.ids
    # Filters may speak of the one whose work is shown: exports show everybody's.
    shown = {"project": selection.project_id, "ids": list(ids) if ids is not None else None, "only_by": None}
    return {**selection.tasks.arguments, **shown}


@contextmanager
def _reading(organization: OrganizationRef) -> Iterator[None]:
    with tenant_scope(organization):
        outermost = not connection.in_atomic_block
        with transaction.atomic():
            if outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def _table_rows(cursor: Any, keys: list[str]) -> Iterator[list[Any]]:
    while rows := cursor.fetchmany(FETCH_ROWS):
        for data, *fixed in rows:
            values = orjson.loads(data) if isinstance(data, str | bytes) else data
            yield [*[values.get(key) for key in keys], *fixed]
