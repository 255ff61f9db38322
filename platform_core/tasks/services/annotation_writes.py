"""The statements that write an annotation with all that changes with it: task, project, history, lock and drafts.

The caller holds the lock of the task's row (`lock_task`), so the task's counters are known and the changes are
differences. The project's counters, for which everybody in the project waits, are locked by this last big statement.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson
from django.db import connection

from platform_core.tasks.queries import json_sql
from platform_core.tasks.queries.at_work import TaskAtWork
from platform_core.tasks.queries.zones import zone_of

Verb = Literal["insert", "update", "delete"]

_DRAFTS: Final[dict[Verb, str]] = {
    "insert": "task_id = %(task)s AND member_id = %(member)s AND annotation_id IS NULL",
    "update": "annotation_id = %(annotation)s AND member_id = %(member)s",
    "delete": "annotation_id = %(annotation)s",
}
_ROWS: Final[dict[Verb, str]] = {
    "insert": """
        INSERT INTO tasks_annotation
            (created_at, updated_at, task_id, project_id, completed_by_id, updated_by_id, last_created_by_id, result,
             result_count, was_cancelled, ground_truth, lead_time, unique_id, import_id, last_action, bulk_created,
             prediction, parent_prediction_id, parent_annotation_id, draft_created_at, warnings, warning_reasons)
        VALUES (statement_timestamp(), statement_timestamp(), %(task)s, %(project)s, %(author)s, %(member)s, %(member)s,
                %(result)s, %(result_count)s, %(was_cancelled)s, %(ground_truth)s, %(lead_time)s, %(unique_id)s,
                %(import_id)s, %(last_action)s, %(bulk)s, '{}', %(parent_prediction)s, %(parent_annotation)s,
                COALESCE((SELECT min(created_at) FROM draft), %(draft_created_at)s), %(warnings)s, %(reasons)s)
        ON CONFLICT (unique_id) DO NOTHING RETURNING *""",
    "update": """
        UPDATE tasks_annotation SET
            updated_at = statement_timestamp(), updated_by_id = %(member)s, last_created_by_id = %(member)s,
            completed_by_id = %(author)s, result = %(result)s, result_count = %(result_count)s,
            was_cancelled = %(was_cancelled)s, ground_truth = %(ground_truth)s, lead_time = %(lead_time)s,
            last_action = %(last_action)s, warnings = %(warnings)s, warning_reasons = %(reasons)s,
            parent_prediction_id = COALESCE(%(parent_prediction)s, parent_prediction_id),
            parent_annotation_id = COALESCE(%(parent_annotation)s, parent_annotation_id),
            draft_created_at = COALESCE((SELECT min(created_at) FROM draft), draft_created_at)
        WHERE id = %(annotation)s RETURNING *""",
    "delete": "DELETE FROM tasks_annotation WHERE id = %(annotation)s RETURNING *",
}
_COMPLETED_AT: Final[dict[Verb, str]] = {
    "insert": "CASE WHEN %(done)s > 0 THEN statement_timestamp() ELSE completed_at END",
    "update": """(SELECT max(o.created_at) FROM tasks_annotation o WHERE o.task_id = %(task)s
                  AND NOT CASE WHEN o.id = %(annotation)s THEN %(was_cancelled)s ELSE o.was_cancelled END)""",
    "delete": """(SELECT max(o.created_at) FROM tasks_annotation o
                  WHERE o.task_id = %(task)s AND NOT o.was_cancelled AND o.id <> %(annotation)s)""",
}
_MORE: Final[dict[Verb, str]] = {
    "insert": "",
    "update": "",
    "delete": """children AS (
        UPDATE tasks_annotation SET parent_annotation_id = NULL WHERE parent_annotation_id = %(annotation)s),""",
}


def _statement(verb: Verb) -> str:
    """Return the statement; every part is a constant of this module."""
    return f"""
    WITH draft AS (DELETE FROM tasks_annotationdraft WHERE {_DRAFTS[verb]} RETURNING created_at),
    a AS ({_ROWS[verb]}), {_MORE[verb]}
    task AS (
        UPDATE tasks_task SET total_annotations = total_annotations + %(done)s,
               cancelled_annotations = cancelled_annotations + %(skipped)s, is_labeled = %(finished)s,
               completed_at = {_COMPLETED_AT[verb]}, updated_at = statement_timestamp(), updated_by_id = %(member)s
        WHERE id = %(task)s AND EXISTS (SELECT FROM a)),
    history AS (
        INSERT INTO tasks_annotationhistory
            (project_id, task_id, annotation_id, member_id, action, previous_result, was_cancelled, ground_truth,
             lead_time, task_finished, task_begun, draft_created_at, created_at, updated_at)
        SELECT a.project_id, a.task_id, a.id, %(member)s, %(last_action)s, %(previous)s::jsonb, a.was_cancelled,
               a.ground_truth, a.lead_time, %(finished)s, %(begun)s, (SELECT min(created_at) FROM draft),
               statement_timestamp(), statement_timestamp() FROM a),
    unlocked AS (DELETE FROM tasks_tasklock WHERE task_id = %(task)s AND member_id = %(member)s),
    counters AS (
        UPDATE projects_projectcounters SET
            total_annotations_number = total_annotations_number + %(done)s,
            skipped_annotations_number = skipped_annotations_number + %(skipped)s,
            ground_truth_number = ground_truth_number + %(truth)s,
            useful_annotation_number = useful_annotation_number + %(useful)s,
            num_tasks_with_annotations = num_tasks_with_annotations + %(annotated)s,
            finished_task_number = finished_task_number + %(newly_finished)s,
            stale_zones = CASE WHEN stale_zones IS NULL OR %(zone)s = ANY(stale_zones) THEN stale_zones
                               ELSE stale_zones || %(zone)s::int END,
            revision = revision + 1, updated_at = statement_timestamp()
        WHERE project_id = %(project)s AND EXISTS (SELECT FROM a)
        RETURNING task_number - finished_task_number AS open_tasks,
                  total_annotations_number + skipped_annotations_number AS annotations)
    SELECT {json_sql.ANNOTATION}::text, a.id, {json_sql.microseconds("a.updated_at")},
           counters.open_tasks, counters.annotations
    FROM a LEFT JOIN counters ON true LEFT JOIN members_member m ON m.id = a.completed_by_id"""  # noqa: S608  (constants)


_STATEMENTS: Final[dict[Verb, str]] = {
    "insert": _statement("insert"),
    "update": _statement("update"),
    "delete": _statement("delete"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What an annotation counts as."""

    was_cancelled: bool
    ground_truth: bool

    def as_counters(self) -> tuple[int, int, int, int]:
        """Return what it adds: done, skipped, ground truth, useful."""
        done = not self.was_cancelled
        return int(done), int(self.was_cancelled), int(self.ground_truth), int(done and not self.ground_truth)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRow:
    """What a statement answers.

    Attributes:
        content: the annotation as JSON.
        version: microseconds of its last change.
        task_finished: the task has all it needs, and had not before.
        project_change: what became of the project by this: started, completed or reopened; else None.
    """

    content: bytes
    pk: int
    version: int
    task_finished: bool
    project_change: str | None


def write_annotation(
    verb: Verb, task: TaskAtWork, arguments: dict[str, Any], *, before: Counted | None, after: Counted | None
) -> WrittenRow | None:
    """Write an annotation; the task must be locked.

    Args:
        arguments: values of the row's columns, `member` who acts, `annotation` the id unless it is new, `previous` the
            result before.
        before: what it counted as; None for a new one.
        after: what it counts as; None when it is deleted.

    Returns:
        None when nothing was written: the unique id is taken, or the row is gone.
    """
    changes = _changes(task, before, after)
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENTS[verb], {"task": task.pk, "project": task.project.pk, "previous": None, **arguments, **changes}
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return WrittenRow(
        content=row[0].encode(),
        pk=row[1],
        version=row[2],
        task_finished=changes["newly_finished"] > 0,
        project_change=_project_change(verb, changes["newly_finished"], open_tasks=row[3], annotations=row[4]),
    )


def json_text(value: Any) -> str:
    """Return a value as JSON for a column."""
    return orjson.dumps(value).decode()


def count_regions(result: list[dict[str, Any]]) -> int:
    """Return how many distinct regions a result has; results of one region share its id."""
    return len({region.get("id") or index for index, region in enumerate(result)})


def _project_change(verb: Verb, newly_finished: int, *, open_tasks: int, annotations: int) -> str | None:
    if newly_finished > 0 and open_tasks == 0:
        return "completed"
    if newly_finished < 0 and open_tasks == -newly_finished:
        return "reopened"
    return "started" if verb == "insert" and annotations == 1 else None


def _changes(task: TaskAtWork, before: Counted | None, after: Counted | None) -> dict[str, Any]:
    nothing = (0, 0, 0, 0)
    then, now = (counted.as_counters() if counted else nothing for counted in (before, after))
    done, skipped, truth, useful = (new - old for new, old in zip(now, then, strict=True))
    finished = task.finished_with(done=done, skipped=skipped)
    return {
        "done": done,
        "skipped": skipped,
        "truth": truth,
        "useful": useful,
        "annotated": int(task.total_annotations + done > 0) - int(task.total_annotations > 0),
        "finished": finished,
        "newly_finished": int(finished) - int(task.is_labeled),
        "zone": zone_of(task.inner_id),
        "begun": task.total_annotations + done + task.cancelled_annotations + skipped > 0,
    }
