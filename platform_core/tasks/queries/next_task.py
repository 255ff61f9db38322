"""Which task comes next: candidates of each queue, by indexes that hold unfinished tasks only.

So finished tasks cost nothing, however many there are.

A candidate's row is locked on the way (`SKIP LOCKED`), and `take_lock` counts the locks of others in a statement of its
own, which sees everything committed before: so never more members hold a task than it needs annotations.
"""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from platform_core.members.principal import Principal
from platform_core.projects.queries.visible import MAX_ID, visibility, visible_project_condition

FEW: Final = 1000
EXACT_UNIFORM: Final = 10_000
"""Up to so many unfinished tasks a random one is found by counting, beyond by a random id between first and last."""

# Counts and not EXISTS: those the planner may turn into a hash of all that the member ever did, for one task.
_MINE: Final = """(SELECT count(*) FROM tasks_annotation a
    WHERE a.task_id = t.id AND a.completed_by_id = %(member)s{done})"""
_POSTPONED: Final = """(SELECT count(*) FROM tasks_annotationdraft d
    WHERE d.task_id = t.id AND d.member_id = %(member)s AND d.was_postponed)"""
_LOCKS_OF_OTHERS: Final = """(SELECT count(*) FROM tasks_tasklock l
    WHERE l.task_id = t.id AND l.member_id <> %(member)s AND l.expires_at > statement_timestamp())"""
_COUNTED: Final = "t.total_annotations + CASE WHEN %(skipped_counts)s THEN t.cancelled_annotations ELSE 0 END"
# Nobody's tasks are everybody's; so are those whose assignees have all left.
_OPEN_TO_ME: Final = """(SELECT bool_or(x.member_id = %(member)s) FROM tasks_taskassignee x
    JOIN members_member xm ON xm.id = x.member_id AND xm.removed_at IS NULL
    WHERE x.task_id = t.id) IS NOT FALSE"""
_FREE: Final = f"NOT t.is_labeled AND {_COUNTED} + {_LOCKS_OF_OTHERS} < t.overlap AND {_OPEN_TO_ME}"
_NOT_MINE: Final = f"(t.total_annotations + t.cancelled_annotations = 0 OR {_MINE.format(done='')} = 0)"
_NEW_TO_ME: Final = f"{_NOT_MINE} AND {_POSTPONED} = 0"
_TAKE: Final = "LIMIT 1 FOR NO KEY UPDATE OF t SKIP LOCKED"

_SITUATION: Final = f"""
    SELECT p.sampling, p.skip_queue, p.show_ground_truth_first, p.show_overlap_first, p.maximum_annotations,
           p.model_version, p.show_collab_predictions, c.task_number - c.finished_task_number, c.ground_truth_number,
           c.skipped_annotations_number,
           COALESCE((SELECT max(a.task_id) FROM tasks_annotation a
                     WHERE a.completed_by_id = %(member)s AND a.project_id = p.id), 0),
           EXISTS (SELECT FROM tasks_taskassignee x WHERE x.member_id = %(member)s AND x.project_id = p.id),
           mine.id, mine.task_id, mine.expires_at, statement_timestamp()
    FROM projects_project p JOIN projects_projectcounters c ON c.project_id = p.id
    LEFT JOIN LATERAL (
        SELECT k.id, k.task_id, k.expires_at FROM tasks_tasklock k JOIN tasks_task t ON t.id = k.task_id
        WHERE k.member_id = %(member)s AND k.project_id = p.id AND k.expires_at > statement_timestamp()
              AND NOT t.is_labeled AND {_NEW_TO_ME}
        ORDER BY k.id LIMIT 1) mine ON true
    WHERE p.id = %(project)s AND {visible_project_condition("p.id")}"""
_IN_ORDER: Final = f"""
    SELECT t.id FROM tasks_task t
    WHERE t.project_id = %(project)s AND {_FREE} AND {_NEW_TO_ME} AND t.id >= %(start)s {{condition}}
    ORDER BY t.id {_TAKE}"""
# Where the member has done most of what is open: all of it is set off against theirs at once, by the index of a member.
_GAPS: Final = f"""
    SELECT t.id FROM (
        SELECT o.id FROM tasks_task o
        WHERE o.project_id = %(project)s AND NOT o.is_labeled AND NOT EXISTS (
            SELECT FROM tasks_annotation a
            WHERE a.completed_by_id = %(member)s AND a.project_id = %(project)s AND a.task_id = o.id)
        ORDER BY o.id OFFSET 0) gap
    JOIN tasks_task t ON t.id = gap.id WHERE {_FREE} AND {_POSTPONED} = 0 {{condition}}
    ORDER BY gap.id {_TAKE}"""
_AMONG_FIRST: Final = f"""AND t.id <= (SELECT max(s.id) FROM (
    SELECT t.id FROM tasks_task t WHERE t.project_id = %(project)s AND NOT t.is_labeled {{condition}}
    ORDER BY t.id LIMIT {FEW}) s)"""
_UNCERTAIN: Final = f"""
    SELECT t.id FROM tasks_prediction p JOIN tasks_task t ON t.id = p.task_id
    WHERE p.project_id = %(project)s AND p.score IS NOT NULL
          AND (%(model_version)s = '' OR p.model_version = %(model_version)s) AND {_FREE} AND {_NEW_TO_ME} {{condition}}
    ORDER BY p.score {_TAKE}"""
_PUT_OFF: Final = f"""
    SELECT t.id FROM tasks_annotationdraft d JOIN tasks_task t ON t.id = d.task_id
    WHERE d.member_id = %(member)s AND d.project_id = %(project)s AND d.was_postponed AND {_FREE} AND {_NOT_MINE}
    ORDER BY d.updated_at {_TAKE}"""
_ASSIGNED: Final = f"""
    SELECT t.id FROM tasks_taskassignee mine JOIN tasks_task t ON t.id = mine.task_id
    WHERE mine.member_id = %(member)s AND mine.project_id = %(project)s AND {_FREE} AND {_NEW_TO_ME}
    ORDER BY mine.task_id {_TAKE}"""
_SKIPPED: Final = f"""
    SELECT t.id FROM tasks_annotation s JOIN tasks_task t ON t.id = s.task_id
    WHERE s.completed_by_id = %(member)s AND s.project_id = %(project)s AND s.was_cancelled AND {_FREE}
          AND {_MINE.format(done=" AND NOT a.was_cancelled")} = 0
    ORDER BY s.updated_at {_TAKE}"""
_LOCK: Final = f"""
    WITH swept AS (
        DELETE FROM tasks_tasklock
        WHERE member_id = %(member)s AND project_id = %(project)s AND task_id <> %(task)s)
    INSERT INTO tasks_tasklock (task_id, project_id, member_id, expires_at, created_at, updated_at)
    SELECT t.id, t.project_id, %(member)s, statement_timestamp() + make_interval(secs => %(seconds)s),
           statement_timestamp(), statement_timestamp()
    FROM tasks_task t WHERE t.id = %(task)s AND {_FREE}
    ON CONFLICT (task_id, member_id) DO UPDATE SET expires_at = excluded.expires_at, updated_at = excluded.updated_at
    RETURNING id, expires_at"""
_BOUNDS: Final = """
    SELECT min(t.id), max(t.id) FROM tasks_task t WHERE t.project_id = %(project)s AND NOT t.is_labeled"""
_NTH: Final = """
    SELECT t.id FROM tasks_task t WHERE t.project_id = %(project)s AND NOT t.is_labeled
    ORDER BY t.id OFFSET %(skip)s LIMIT 1"""

BEGUN: Final = "AND t.total_annotations > 0"
WITH_GROUND_TRUTH: Final = (
    f"{BEGUN} AND (SELECT count(*) FROM tasks_annotation g WHERE g.task_id = t.id AND g.ground_truth) > 0"
)
WITH_OVERLAP: Final = "AND t.overlap > 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLockRow:
    """A lock that the member holds."""

    pk: int
    task_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A project as one of its members finds it who asks for work.

    Attributes:
        open_tasks: tasks that are not finished.
        last_done: highest id of a task that the member has annotated or skipped; 0 for none.
        has_assigned: tasks of the project are assigned to the member, done or not.
        lock: what the member holds already and still has to do.
        now: the database's time.
    """

    project_id: int
    sampling: str
    skip_queue: str
    show_ground_truth_first: bool
    show_overlap_first: bool
    maximum_annotations: int
    model_version: str
    show_collab_predictions: bool
    open_tasks: int
    ground_truths: int
    skipped: int
    last_done: int
    has_assigned: bool
    lock: TaskLockRow | None
    now: datetime

    def arguments(self, principal: Principal) -> dict[str, Any]:
        """Return what every statement of this module may name."""
        return {
            "project": self.project_id,
            "member": principal.id,
            "skipped_counts": self.skip_queue == "IGNORE_SKIPPED",
            "model_version": self.model_version,
            "last_done": self.last_done,
        }


def situation(principal: Principal, project_id: int) -> Situation | None:
    """Return what there is to know before a task is chosen, in one statement; None where the project is not visible."""
    with connection.cursor() as cursor:
        cursor.execute(_SITUATION, {"project": min(project_id, MAX_ID), **visibility(principal)})
        row = cursor.fetchone()
    if row is None:
        return None
    *facts, lock, task, expires_at, now = row
    names = (
        *("sampling", "skip_queue", "show_ground_truth_first", "show_overlap_first", "maximum_annotations"),
        *(
            "model_version",
            "show_collab_predictions",
            "open_tasks",
            "ground_truths",
            "skipped",
            "last_done",
            "has_assigned",
        ),
    )
    held = TaskLockRow(pk=lock, task_id=task, expires_at=expires_at) if lock is not None else None
    return Situation(project_id=project_id, lock=held, now=now, **dict(zip(names, facts, strict=True)))


def first_in_order(arguments: dict[str, Any], *, condition: str = "") -> int | None:
    """Return the first free task after the last one that the member did, else the first of all, its row locked."""
    found = _first_from(arguments, arguments["last_done"] + 1, condition)
    if found is None and arguments["last_done"]:
        found = _id(_GAPS.format(condition=condition), arguments)
    return found


def first_begun(arguments: dict[str, Any]) -> int | None:
    """Return a free task that others have begun: after the last one the member did, else among the first thousand."""
    found = _first_from(arguments, arguments["last_done"] + 1, BEGUN)
    if found is None and arguments["last_done"]:
        found = _first_from(arguments, 0, f"{BEGUN} {_AMONG_FIRST.format(condition=BEGUN)}")
    return found


def least_certain(arguments: dict[str, Any], *, condition: str = "") -> int | None:
    """Return the free task with the lowest score of a prediction, by the project's model where it names one."""
    return _id(_UNCERTAIN.format(condition=condition), arguments)


def any_task(arguments: dict[str, Any], *, open_tasks: int, condition: str = "") -> int | None:
    """Return a free task at random: the first free one from a random place on, else from the beginning."""
    start = _random_start(arguments, open_tasks)
    found = _first_from(arguments, start, condition) if start else None
    return found if found is not None else first_in_order(arguments, condition=condition)


def first_assigned(arguments: dict[str, Any]) -> int | None:
    """Return the first free task that is assigned to the member."""
    return _id(_ASSIGNED, arguments)


def longest_put_off(arguments: dict[str, Any]) -> int | None:
    """Return the task that the member postponed first."""
    return _id(_PUT_OFF, arguments)


def longest_skipped(arguments: dict[str, Any]) -> int | None:
    """Return the task that the member skipped first and has not done since."""
    return _id(_SKIPPED, arguments)


def take_lock(arguments: dict[str, Any], task_id: int, *, seconds: int) -> TaskLockRow | None:
    """Give a task to the member, whose other locks in the project end; None when others were quicker."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {**arguments, "task": task_id, "seconds": seconds})
        row = cursor.fetchone()
    return TaskLockRow(pk=row[0], task_id=task_id, expires_at=row[1]) if row is not None else None


def _first_from(arguments: dict[str, Any], start: int, condition: str) -> int | None:
    return _id(_IN_ORDER.format(condition=condition), {**arguments, "start": start})


def _random_start(arguments: dict[str, Any], open_tasks: int) -> int:
    if open_tasks <= EXACT_UNIFORM:
        skip = random.randrange(max(open_tasks, 1))  # noqa: S311  (no secret)
        return _id(_NTH, {**arguments, "skip": skip}) or 0
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS, arguments)
        first, last = cursor.fetchone()
    return random.randint(first, last) if first is not None else 0  # noqa: S311


def _id(query: str, arguments: dict[str, Any]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        row = cursor.fetchone()
    return int(row[0]) if row is not None else None
