"""Counters of tasks and projects, kept by the writes that change them."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, Final

from django.db import connection

from platform_core.events.services import emit_event
from platform_core.tasks.queries import zones as task_zones

_RECOUNT = """
    WITH old AS (SELECT id, total_annotations, is_labeled FROM tasks_task WHERE id = %(task)s),
         new AS (SELECT count(*) FILTER (WHERE NOT was_cancelled) AS total,
                        count(*) FILTER (WHERE was_cancelled) AS cancelled,
                        max(created_at) FILTER (WHERE NOT was_cancelled) AS completed_at
                 FROM tasks_annotation WHERE task_id = %(task)s)
    UPDATE tasks_task t SET total_annotations = new.total, cancelled_annotations = new.cancelled,
           completed_at = new.completed_at,
           is_labeled = t.overlap <=
               new.total + CASE WHEN p.skip_queue = 'IGNORE_SKIPPED' THEN new.cancelled ELSE 0 END,
           updated_at = now(), updated_by_id = %(member)s
    FROM old, new, projects_project p WHERE t.id = old.id AND p.id = t.project_id
    RETURNING (t.total_annotations > 0)::int - (old.total_annotations > 0)::int,
              t.is_labeled::int - old.is_labeled::int"""

_REST = """, updated_at = now() WHERE project_id = %s
    RETURNING task_number > 0 AND finished_task_number >= task_number"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterChange:
    """What a write adds to a project's counters; the names are the columns."""

    task_number: int = 0
    finished_task_number: int = 0
    total_predictions_number: int = 0
    total_annotations_number: int = 0
    num_tasks_with_annotations: int = 0
    useful_annotation_number: int = 0
    ground_truth_number: int = 0
    skipped_annotations_number: int = 0
    deleted_task_number: int = 0


def recount_task(*, task_id: int, member_id: int | None) -> tuple[int, int]:
    """Recount a task's annotations; the caller holds the task's row lock.

    Returns:
        by how much the project's tasks with annotations and finished tasks changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, {"task": task_id, "member": member_id})
        row = cursor.fetchone()
    return (row[0], row[1]) if row is not None else (0, 0)


# Read only where zones were counted; a zone is noted once.
_NOTE: Final = """stale_zones = CASE WHEN stale_zones IS NOT NULL THEN ARRAY(
    SELECT unnest(stale_zones) UNION SELECT unnest(%s::int[])
    UNION SELECT (inner_id - 1) / %s FROM tasks_task WHERE id = ANY(%s)) END"""


def change_counters(
    *, project_id: int, change: CounterChange, tasks: Collection[int] = (), zones: Collection[int] = ()
) -> None:
    """Add to a project's counters and raise its revision in one statement; last in the transaction: it locks the row.

    Args:
        tasks: ids of the tasks whose counters or state were changed.
        zones: where tasks were added or deleted; see `queries.zones`.

    Every write of tasks, annotations or predictions calls it, with an empty change where nothing is counted, or raises
    the revision by itself: what filters found is remembered by revision.

    When that finishes the last open task, the event `project.completed` is emitted: the lock of its row lets one
    writer do so.
    """
    names = [item.name for item in fields(change) if getattr(change, item.name)]
    assignments = ", ".join([*(f"{name} = {name} + %s" for name in names), "revision = revision + 1", _NOTE])
    query = f"UPDATE projects_projectcounters SET {assignments}{_REST}"  # noqa: S608  (names of fields)
    noted: list[Any] = [list(zones), task_zones.SIZE, list(tasks)]
    with connection.cursor() as cursor:
        cursor.execute(query, [*[getattr(change, name) for name in names], *noted, project_id])
        row = cursor.fetchone()
    if change.finished_task_number > 0 and row is not None and row[0]:
        emit_event(type="project.completed", payload={"project": project_id})


_REBUILD_TASKS = """
    UPDATE tasks_task t SET total_annotations = n.total, cancelled_annotations = n.cancelled,
           total_predictions = n.predictions, completed_at = n.completed_at,
           is_labeled = n.total + CASE WHEN p.skip_queue = 'IGNORE_SKIPPED' THEN n.cancelled ELSE 0 END >= t.overlap
    FROM projects_project p, (SELECT s.id, count(a.id) FILTER (WHERE NOT a.was_cancelled) AS total,
                 count(a.id) FILTER (WHERE a.was_cancelled) AS cancelled,
                 max(a.created_at) FILTER (WHERE NOT a.was_cancelled) AS completed_at,
                 (SELECT count(*) FROM tasks_prediction p WHERE p.task_id = s.id) AS predictions
          FROM tasks_task s LEFT JOIN tasks_annotation a ON a.task_id = s.id
          WHERE s.project_id = %(project)s GROUP BY s.id) n
    WHERE t.id = n.id AND p.id = t.project_id"""
_REBUILD_PROJECT = """
    UPDATE projects_projectcounters c SET task_number = t.tasks, finished_task_number = t.finished,
           num_tasks_with_annotations = t.annotated, total_annotations_number = a.total,
           useful_annotation_number = a.useful, ground_truth_number = a.truth,
           skipped_annotations_number = a.skipped, total_predictions_number = p.total, revision = c.revision + 1,
           stale_zones = NULL, updated_at = now()
    FROM (SELECT count(*) AS tasks, count(*) FILTER (WHERE is_labeled) AS finished,
                 count(*) FILTER (WHERE total_annotations > 0) AS annotated
          FROM tasks_task WHERE project_id = %(project)s) t,
         (SELECT count(*) FILTER (WHERE NOT was_cancelled) AS total, count(*) FILTER (WHERE was_cancelled) AS skipped,
                 count(*) FILTER (WHERE NOT was_cancelled AND NOT ground_truth) AS useful,
                 count(*) FILTER (WHERE ground_truth) AS truth
          FROM tasks_annotation WHERE project_id = %(project)s) a,
         (SELECT count(*) AS total FROM tasks_prediction WHERE project_id = %(project)s) p
    WHERE c.project_id = %(project)s"""


def rebuild_counters(*, project_id: int) -> None:
    """Count everything of a project again. Must be inside a transaction; locks the project's tasks."""
    with connection.cursor() as cursor:
        cursor.execute(_REBUILD_TASKS, {"project": project_id})
        cursor.execute(_REBUILD_PROJECT, {"project": project_id})
