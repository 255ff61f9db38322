"""Exports as streams: the database writes the JSON, COPY carries it, nothing is held.

A response is read after its view has returned, so each generator enters the organization's scope by itself, on its own
transaction, and leaves both when it ends or is closed.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson
from django.db import connection, transaction

from platform_core.tasks.copying import csv_stream, json_array_stream
from platform_core.tasks.queries import json_sql
from tenants.scope import OrganizationRef, tenant_scope

_JSON = f"SELECT {json_sql.EXPORTED_TASK}::text FROM tasks_task t WHERE t.project_id = %(project)s"
_ANNOTATED = "AND (t.total_annotations > 0 OR t.cancelled_annotations > 0)"
_KEYS = """
    SELECT DISTINCT key
    FROM (SELECT t.data FROM tasks_task t WHERE t.project_id = %(project)s ORDER BY t.id LIMIT 1000) s,
    LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(s.data) = 'object' THEN s.data ELSE '{}'::jsonb END) key
    ORDER BY key"""
_ROWS = """
    SELECT t.data, t.id, a.id, a.completed_by_id, a.result::text, a.lead_time, {created}, {updated}
    FROM tasks_task t {join} JOIN tasks_annotation a ON a.task_id = t.id AND NOT a.was_cancelled
    WHERE t.project_id = %(project)s {ids} ORDER BY t.id, a.id"""
FIXED_COLUMNS = ("id", "annotation_id", "annotator", "annotation", "lead_time", "created_at", "updated_at")
FETCH_ROWS = 500


def json_export(
    organization: OrganizationRef, *, project_id: int, all_tasks: bool, ids: list[int] | None
) -> Iterator[bytes]:
    """Yield a JSON array of tasks with annotations and predictions, in order of ids."""
    query = f"COPY ({_JSON} {_restrictions(all_tasks=all_tasks, ids=ids)} ORDER BY t.id) TO STDOUT"
    with (
        tenant_scope(organization),
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(query, {"project": project_id, "ids": ids}) as copy,
    ):
        yield from json_array_stream(copy)


def _restrictions(*, all_tasks: bool, ids: list[int] | None) -> str:
    return ("" if all_tasks else _ANNOTATED) + (" AND t.id = ANY(%(ids)s)" if ids is not None else "")


def csv_export(
    organization: OrganizationRef, *, project_id: int, all_tasks: bool, ids: list[int] | None, delimiter: str = ","
) -> Iterator[bytes]:
    """Yield a table: a row an annotation, a column a key of the data; with `all_tasks` a row for tasks without one."""
    arguments: dict[str, Any] = {"project": project_id, "ids": ids}
    query = _ROWS.format(
        created=json_sql.moment("a.created_at"),
        updated=json_sql.moment("a.updated_at"),
        join="LEFT" if all_tasks else "",
        ids="AND t.id = ANY(%(ids)s)" if ids is not None else "",
    )
    with tenant_scope(organization), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_KEYS, arguments)
            keys = [row[0] for row in cursor.fetchall()]
        with closing(connection.chunked_cursor()) as cursor:
            cursor.execute(query, arguments)
            yield from csv_stream([*keys, *FIXED_COLUMNS], _table_rows(cursor, keys), delimiter=delimiter)


def _table_rows(cursor: Any, keys: list[str]) -> Iterator[list[Any]]:
    while rows := cursor.fetchmany(FETCH_ROWS):
        for data, *fixed in rows:
            values = orjson.loads(data) if isinstance(data, str | bytes) else data
            yield [*[_cell(values.get(key)) for key in keys], *["" if value is None else value for value in fixed]]


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return (
        value if isinstance(value, str | int | float) and not isinstance(value, bool) else orjson.dumps(value).decode()
    )


def json_rows(
    organization: OrganizationRef, *, project_id: int, all_tasks: bool, ids: list[int] | None
) -> Iterator[bytes]:
    """Yield each exported task as one JSON object, for formats that build on JSON."""
    query = f"{_JSON} {_restrictions(all_tasks=all_tasks, ids=ids)} ORDER BY t.id"
    with tenant_scope(organization), transaction.atomic(), closing(connection.chunked_cursor()) as cursor:
        cursor.execute(query, {"project": project_id, "ids": ids})
        while rows := cursor.fetchmany(FETCH_ROWS):
            for (row,) in rows:
                yield row.encode()
