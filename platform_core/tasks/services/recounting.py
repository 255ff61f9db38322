"""Keeping counters right around writes that touch the annotations and predictions of many tasks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

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
                 completed_at = work.completed_at, is_labeled = COALESCE(work.total, 0) >= t.overlap,
                 total_predictions = COALESCE(said.total, 0), updated_at = now(), updated_by_id = %(member)s
             FROM old LEFT JOIN work ON work.task_id = old.id LEFT JOIN said ON said.task_id = old.id
             WHERE t.id = old.id
             RETURNING (t.total_annotations > 0)::int - (old.total_annotations > 0)::int AS annotated,
                       t.is_labeled::int - old.is_labeled::int AS finished,
                       t.total_predictions - old.total_predictions AS predictions)
    SELECT COALESCE(sum(annotated), 0), COALESCE(sum(finished), 0), COALESCE(sum(predictions), 0) FROM changed"""


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
        annotated, finished, predictions = (int(value) for value in cursor.fetchone())
        done, skipped, truth, useful = (now - then for now, then in zip(_work(cursor, ids), before, strict=True))
    change_counters(
        project_id=project_id,
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


def _work(cursor: Any, ids: list[int]) -> tuple[int, ...]:
    """Return what the annotations of tasks count as: done, skipped, ground truth, useful."""
    cursor.execute(_WORK, [ids])
    return tuple(cursor.fetchone())
