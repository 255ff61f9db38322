"""How annotations changed: each change with the result before and after it.

A row holds what it replaced; what came after it is what the next row replaced, or the annotation as it is.
"""

from typing import Any, Final, Literal

from django.db import connection

from platform_core.members.principal import Principal
from platform_core.projects.queries.visible import MAX_ID, visibility, visible_project_condition
from platform_core.tasks.queries import json_sql
from tenants.scope import current_organization

By = Literal["annotation", "task", "project", "item"]
MAX_ITEMS: Final = 10_000
_ITEM: Final = json_sql.json_object(
    {
        "id": "h.id",
        "action": "h.action",
        "annotation_id": "h.annotation_id",
        "task_id": "h.task_id",
        "project_id": "h.project_id",
        "organization_id": "%(organization)s::bigint",
        "created_by": "h.member_id",
        "created_at": json_sql.moment("h.created_at"),
        "started_at": json_sql.moment("h.draft_created_at"),
        "lead_time": "h.lead_time",
        "was_cancelled": "h.was_cancelled",
        "ground_truth": "h.ground_truth",
        "previous_result": "h.previous_result",
        "result": "h.result",
        "draft_id": "NULL",
        "review_id": "NULL",
        "comment": "NULL",
        "comment_id": "NULL",
    }
)
# The task of an annotation: of one that is gone the audit knows it. With it the index of the history finds the rows.
TASK_OF_ANNOTATION: Final = """COALESCE(
    (SELECT o.task_id FROM tasks_annotation o WHERE o.id = %(annotation)s),
    (SELECT (e.data->>'task')::bigint FROM events_auditentry e
     WHERE e.target_type = 'annotation' AND e.target_id = (%(annotation)s)::text AND e.action = 'annotation.deleted'
     ORDER BY e.id DESC LIMIT 1))"""
_CONDITIONS: Final[dict[By, str]] = {
    "annotation": f"i.annotation_id = %(annotation)s AND i.task_id = {TASK_OF_ANNOTATION}",
    "task": "i.task_id = %(task)s",
    "project": "i.project_id = %(project)s",
    "item": """(i.task_id, i.annotation_id) =
        (SELECT one.task_id, one.annotation_id FROM tasks_annotationhistory one WHERE one.id = %(item)s)""",
}
_ITEMS: Final = f"""
    SELECT {_ITEM}::text FROM (
        SELECT i.*, COALESCE(lead(i.previous_result) OVER changes, a.result) AS result,
               COALESCE(a.completed_by_id, first_value(i.member_id) OVER changes) AS author
        FROM tasks_annotationhistory i LEFT JOIN tasks_annotation a ON a.id = i.annotation_id
        WHERE {{condition}}
        WINDOW changes AS (PARTITION BY i.annotation_id ORDER BY i.id)) h
    WHERE {visible_project_condition("h.project_id")}
          AND (%(only_by)s::bigint IS NULL OR h.author = %(only_by)s)
          AND (%(item)s::bigint IS NULL OR h.id = %(item)s)"""
_DELETE: Final = f"""
    DELETE FROM tasks_annotationhistory i
    WHERE {{condition}} AND {visible_project_condition("i.project_id")} RETURNING i.project_id"""
ORDERINGS: Final = {"created_at": "h.id", "-created_at": "h.id DESC", "id": "h.id", "-id": "h.id DESC"}


def history_json(principal: Principal, *, by: By, pk: int, ordering: str = "id") -> list[bytes]:
    """Return the changes of an annotation or of all annotations of a task, at most 10,000, or one of them.

    Args:
        by: what `pk` is the id of.
        ordering: a key of `ORDERINGS`.
    """
    query = f"{_ITEMS.format(condition=_CONDITIONS[by])} ORDER BY {ORDERINGS[ordering]} LIMIT {MAX_ITEMS}"
    arguments = {"item": None, by: min(pk, MAX_ID), **_whose(principal)}
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return [row[0].encode() for row in cursor.fetchall()]


def delete_history_rows(principal: Principal, *, by: By, pk: int) -> list[int]:
    """Delete the changes of an annotation, a task or a project; returns the project of each."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE.format(condition=_CONDITIONS[by]), {by: min(pk, MAX_ID), **_whose(principal)})
        return [row[0] for row in cursor.fetchall()]


def _whose(principal: Principal) -> dict[str, Any]:
    only_by = None if principal.can("annotations.view_all") else principal.id
    return {"only_by": only_by, "organization": current_organization().id, **visibility(principal)}
