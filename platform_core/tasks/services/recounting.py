"""Keeping counters right around writes that touch the annotations and predictions of many tasks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from platform_core.events.services import emit_event
from platform_core.tasks.services.counters import CounterChange, change_counters

_LOCK = "SELECT id FROM tasks_task WHERE project_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE"
_WORK = """
    SELECT count(*) FILTER (WHERE NOT was_cancelled), count(*) FILTER (WHERE was_cancelled),
           count(*) FILTER (WHERE ground_truth), count(*) FILTER (WHERE NOT was_cancelled AND NOT ground_truth)
    FROM tasks_annotation WHERE task_id = ANY(%s)"""
_RECOUNT = """
    WITH old AS (SELECT id, total_annotations, is_labeled, total_predictions FROM tasks_task WHERE id = ANY(%(ids)s)),
         work AS (SELECT task_id, count(*) FILTER (WHERE NOT was_cancelled) AS total,
                         count(*) FILTER (WHERE was_cancelled) AS cancelled,
                         max(created_at) FILTER (WHERE NOT was_cancelled) AS completed_at
                  FROM tasks_annotation WHERE task_id = ANY(%(ids)s) GROUP BY task_id),
         said AS (SELECT task_id, count(*) AS total FROM tasks_prediction WHERE task_id = ANY(%(ids)s)
                  GROUP BY task_id),
         changed AS (
             UPDATE tasks_task t
             SET total_annotations = COALESCE(work.total, 0), cancelled_annotations = COALESCE(work.cancelled, 0),
                 completed_at = work.completed_at,
                 is_labeled = t.overlap <= COALESCE(work.total, 0)
                     + CASE WHEN p.skip_queue = 'IGNORE_SKIPPED' THEN COALESCE(work.cancelled, 0) ELSE 0 END,
                 total_predictions = COALESCE(said.total, 0), updated_at = now(), updated_by_id = %(member)s
             FROM projects_project p,
                  old LEFT JOIN work ON work.task_id = old.id LEFT JOIN said ON said.task_id = old.id
             WHERE t.id = old.id AND p.id = t.project_id
             RETURNING t.id, (t.total_annotations > 0)::int - (old.total_annotations > 0)::int AS annotated,
                       t.is_labeled::int - old.is_labeled::int AS finished,
                       t.total_predictions - old.total_predictions AS predictions)
    SELECT COALESCE(sum(annotated), 0), COALESCE(sum(finished), 0), COALESCE(sum(predictions), 0),
           COALESCE(array_agg(id ORDER BY id) FILTER (WHERE finished > 0), '{}') FROM changed"""
_HISTORY = """
    INSERT INTO tasks_annotationhistory
        (project_id, task_id, annotation_id, member_id, action, previous_result, was_cancelled, ground_truth, lead_time,
         task_finished, task_begun, created_at, updated_at)
    SELECT a.project_id, a.task_id, a.id, %(member)s, %(action)s, CASE WHEN %(is_new)s THEN NULL ELSE a.result END,
           a.was_cancelled, a.ground_truth, a.lead_time, t.is_labeled AND NOT %(is_last)s,
           t.total_annotations + t.cancelled_annotations > 0 AND NOT %(is_last)s,
           statement_timestamp(), statement_timestamp()
    FROM tasks_annotation a JOIN tasks_task t ON t.id = a.task_id WHERE a.id = ANY(%(ids)s) ORDER BY a.id"""


@contextmanager
def recounted_tasks(*, project_id: int, task_ids: Sequence[int], member_id: int) -> Iterator[list[int]]:
    """Lock tasks of a project, let the block write their annotations and predictions, then count them again.

    Must be inside a transaction. The block gets the ids that are there; those of other projects are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [project_id, list(task_ids)])
        ids = [row[0] for row in cursor.fetchall()]
        before = _work(cursor, ids)
        yield ids
        cursor.execute(_RECOUNT, {"ids": ids, "member": member_id})
        *steps, completed = cursor.fetchone()
        annotated, finished, predictions = (int(value) for value in steps)
        done, skipped, truth, useful = (now - then for now, then in zip(_work(cursor, ids), before, strict=True))
    for task_id in completed:
        emit_event(type="task.completed", payload={"task": task_id, "project": project_id})
    change_counters(
        project_id=project_id,
        tasks=ids,
        change=CounterChange(
            finished_task_number=finished,
            num_tasks_with_annotations=annotated,
            total_predictions_number=predictions,
            total_annotations_number=done,
            skipped_annotations_number=skipped,
            ground_truth_number=truth,
            useful_annotation_number=useful,
        ),
    )


def keep_history(annotation_ids: Sequence[int], *, action: str, member_id: int) -> None:
    """Write what happens to annotations into their history.

    Args:
        action: `deleted` or `updated`, before it is done; `moved` to another task, afterwards; else how the annotations
            came to be, afterwards. Deleting means all annotations of their tasks.
    """
    arguments: dict[str, Any] = {
        "ids": list(annotation_ids),
        "member": member_id,
        "action": action,
        "is_new": action not in ("updated", "deleted", "moved"),
        "is_last": action == "deleted",
    }
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, arguments)


def _work(cursor: Any, ids: list[int]) -> tuple[int, ...]:
    """Return what the annotations of tasks count as: done, skipped, ground truth, useful."""
    cursor.execute(_WORK, [ids])
    return tuple(cursor.fetchone())
