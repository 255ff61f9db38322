"""States of annotations, tasks and projects over time, read off the history of annotations and the audit.

Nothing is stored for them: a state is what the records of real acts say, so it cannot differ from them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from django.db import connection

from platform_core.tasks.queries.history import TASK_OF_ANNOTATION

Entity = Literal["annotation", "task", "project"]
MAX_CHANGES: Final = 10_000

_CHANGES_OF: Final[dict[Entity, str]] = {
    "annotation": f"""
        SELECT 'r' || a.id, a.created_at, 'SUBMITTED', 'annotation_imported', m.id, m.email
        FROM tasks_annotation a LEFT JOIN members_member m ON m.id = a.completed_by_id
        WHERE a.id = %(annotation)s AND NOT EXISTS (
            SELECT FROM tasks_annotationhistory h
            WHERE h.task_id = a.task_id AND h.annotation_id = a.id AND h.previous_result IS NULL)
        UNION ALL
        SELECT * FROM (
            SELECT 'h' || h.id, h.created_at,
                   CASE WHEN h.action = 'deleted' THEN 'DELETED' WHEN h.was_cancelled THEN 'SKIPPED'
                        ELSE 'SUBMITTED' END, 'annotation_' || h.action, m.id, m.email
            FROM tasks_annotationhistory h LEFT JOIN members_member m ON m.id = h.member_id
            WHERE h.annotation_id = %(annotation)s AND h.task_id = {TASK_OF_ANNOTATION}
            ORDER BY h.id LIMIT {MAX_CHANGES}) changes""",
    "task": f"""
        SELECT 'r' || t.id, t.created_at, 'CREATED', 'task_created', e.actor_id, e.actor_email
        FROM tasks_task t LEFT JOIN LATERAL (
            SELECT e.actor_id, e.actor_email FROM events_auditentry e
            WHERE e.target_type = 'task' AND e.target_id = t.id::text AND e.action = 'task.created' LIMIT 1) e ON true
        WHERE t.id = %(task)s
        UNION ALL
        SELECT * FROM (
            SELECT 'h' || h.id, h.created_at,
                   CASE WHEN h.task_finished THEN 'COMPLETED' WHEN h.task_begun THEN 'IN_PROGRESS' ELSE 'CREATED' END,
                   'task_' || CASE WHEN h.task_finished THEN 'completed' WHEN h.task_begun THEN 'in_progress'
                                   ELSE 'reset' END, m.id, m.email
            FROM tasks_annotationhistory h LEFT JOIN members_member m ON m.id = h.member_id
            WHERE h.task_id = %(task)s ORDER BY h.id LIMIT {MAX_CHANGES}) changes""",
    "project": f"""
        SELECT 'e' || e.id, e.created_at,
               CASE e.action WHEN 'project.created' THEN 'CREATED' WHEN 'project.completed' THEN 'COMPLETED'
                             ELSE 'IN_PROGRESS' END,
               replace(e.action, '.', '_'), e.actor_id, e.actor_email
        FROM events_auditentry e
        WHERE e.target_type = 'project' AND e.target_id = (%(project)s)::text
              AND e.action IN ('project.created', 'project.started', 'project.completed', 'project.reopened')
        ORDER BY e.id LIMIT {MAX_CHANGES}""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """One change of state."""

    pk: str
    created_at: datetime
    state: str
    previous_state: str | None
    transition_name: str
    member_id: int | None
    member_email: str | None


def state_changes(entity: Entity, pk: int) -> list[StateChange]:
    """Return the changes of state of an object, oldest first; acts that leave a task's state alone are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES_OF[entity], {entity: pk})
        rows = cursor.fetchall()
    changes: list[StateChange] = []
    for row in rows:
        previous = changes[-1].state if changes else None
        if previous != row[2] or entity == "annotation":
            changes.append(_change(row, previous))
    return changes


def _change(row: tuple[Any, ...], previous: str | None) -> StateChange:
    return StateChange(
        pk=row[0],
        created_at=row[1],
        state=row[2],
        previous_state=previous,
        transition_name=row[3],
        member_id=row[4],
        member_email=row[5],
    )
