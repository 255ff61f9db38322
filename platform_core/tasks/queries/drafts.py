"""Drafts as raw JSON: only one's own, of tasks that one may see."""

from typing import Any, Final

from django.db import connection

from platform_core.members.principal import Principal
from platform_core.projects.queries.visible import MAX_ID, visibility, visible_project_condition
from platform_core.tasks.queries import json_sql

_OWN: Final = f"""
    SELECT {json_sql.DRAFT}::text, d.version FROM tasks_annotationdraft d JOIN members_member dm ON dm.id = d.member_id
    WHERE d.member_id = %(member)s AND {visible_project_condition("d.project_id")}"""


def own_draft_json(principal: Principal, draft_id: int) -> tuple[bytes, int] | None:
    """Return a draft and its version; None where it is not there or not the member's."""
    rows = _rows(f"{_OWN} AND d.id = %(draft)s", principal, draft=draft_id)
    return rows[0] if rows else None


def own_drafts_json(principal: Principal, task_id: int, annotation_id: int | None) -> list[bytes]:
    """Return the member's drafts of a task, or of one of its annotations, in order of ids."""
    condition = "" if annotation_id is None else "AND d.annotation_id = %(annotation)s"
    query = f"{_OWN} AND d.task_id = %(task)s {condition} ORDER BY d.id"
    return [content for content, _version in _rows(query, principal, task=task_id, annotation=annotation_id or 0)]


def _rows(query: str, principal: Principal, **ids: int) -> list[tuple[bytes, int]]:
    arguments: dict[str, Any] = {name: min(value, MAX_ID) for name, value in ids.items()}
    with connection.cursor() as cursor:
        cursor.execute(query, {**arguments, **visibility(principal)})
        return [(content.encode(), version) for content, version in cursor.fetchall()]
