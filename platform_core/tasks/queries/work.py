"""Annotations and predictions as raw JSON, and the few facts that writes need of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.db import connection

from platform_core.api.errors import NotFoundError
from platform_core.members.principal import Principal
from platform_core.projects.queries.visible import MAX_ID, visibility, visible_project_condition
from platform_core.tasks.queries import json_sql

_VISIBLE: Final = f"""{visible_project_condition("a.project_id")}
    AND (%(only_by)s::bigint IS NULL OR a.completed_by_id = %(only_by)s)"""
_ANNOTATIONS: Final = f"""
    SELECT {json_sql.ANNOTATION}::text, {json_sql.microseconds("a.updated_at")}
    FROM tasks_annotation a LEFT JOIN members_member m ON m.id = a.completed_by_id"""
_OF_TASK: Final = f"""
    SELECT an.json FROM tasks_task t LEFT JOIN LATERAL (
        SELECT a.id, a.created_at, {json_sql.ANNOTATION}::text AS json
        FROM tasks_annotation a LEFT JOIN members_member m ON m.id = a.completed_by_id
        WHERE a.task_id = t.id AND NOT a.was_cancelled
              AND (%(only_by)s::bigint IS NULL OR a.completed_by_id = %(only_by)s)) an ON true
    WHERE t.id = %(task)s AND {visible_project_condition("t.project_id")}"""
_FACTS: Final = f"""
    SELECT a.id, a.task_id, a.project_id, a.completed_by_id, a.was_cancelled, a.ground_truth, a.lead_time,
           {json_sql.microseconds("a.updated_at")}, a.result::text, a.warnings::text, a.warning_reasons::text
    FROM tasks_annotation a WHERE a.id = ANY(%(ids)s) AND {_VISIBLE} ORDER BY a.id"""
_PREDICTIONS = f"SELECT {json_sql.PREDICTION}::text FROM tasks_prediction p WHERE p.id = ANY(%s) ORDER BY p.id"
ORDERINGS: Final = {
    name: f"an.{column} {direction}, an.id {direction}"
    for column in ("id", "created_at")
    for name, direction in ((column, "ASC"), (f"-{column}", "DESC"))
}
MAX_LIST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationFacts:
    """What a write must know of an annotation.

    Attributes:
        version: microseconds of its last change.
    """

    pk: int
    task_id: int
    project_id: int
    completed_by: int | None
    was_cancelled: bool
    ground_truth: bool
    lead_time: float | None
    version: int
    result: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    warning_reasons: dict[str, str]


def annotation_facts(principal: Principal, ids: Sequence[int]) -> list[AnnotationFacts]:
    """Return those annotations that the member may see, in order of ids."""
    arguments = {"ids": [pk for pk in ids if pk <= MAX_ID], **_whose(principal)}
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, arguments)
        return [_facts(row) for row in cursor.fetchall()]


def annotation_json(principal: Principal, annotation_id: int) -> tuple[bytes, int]:
    """Return an annotation and its version.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_ANNOTATIONS} WHERE a.id = %(annotation)s AND {_VISIBLE}",
            {"annotation": min(annotation_id, MAX_ID), **_whose(principal)},
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFoundError(f"There is no annotation {annotation_id}.")
    return row[0].encode(), row[1]


def annotations_of_task_json(principal: Principal, task_id: int, *, ordering: str = "id") -> list[bytes]:
    """Return the annotations of a task that the member may see, skipped ones left out; at most 10,000.

    Args:
        ordering: a key of `ORDERINGS`.

    Raises:
        NotFoundError: the task does not exist or is not visible.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_OF_TASK} ORDER BY {ORDERINGS[ordering]} LIMIT {MAX_LIST}",
            {"task": min(task_id, MAX_ID), **_whose(principal)},
        )
        rows = cursor.fetchall()
    if not rows:
        raise NotFoundError(f"There is no task {task_id}.")
    return [row[0].encode() for row in rows if row[0] is not None]


def predictions_json(ids: Sequence[int]) -> list[bytes]:
    """Return predictions by id, in order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(_PREDICTIONS, [list(ids)])
        return [row[0].encode() for row in cursor.fetchall()]


def _whose(principal: Principal) -> dict[str, Any]:
    only_by = None if principal.can("annotations.view_all") else principal.id
    return {"only_by": only_by, **visibility(principal)}


def _facts(row: tuple[Any, ...]) -> AnnotationFacts:
    return AnnotationFacts(
        pk=row[0],
        task_id=row[1],
        project_id=row[2],
        completed_by=row[3],
        was_cancelled=row[4],
        ground_truth=row[5],
        lead_time=row[6],
        version=row[7],
        result=orjson.loads(row[8]),
        warnings=orjson.loads(row[9]),
        warning_reasons=orjson.loads(row[10]),
    )
