"""What a change of a project's rules means for its tasks: how many annotations they need, and which are finished.

The counters row says how far the tasks follow: `rules_position` is the number up to which they do, null when all do.
Each part of the work and its position are one transaction, so whoever goes on goes on where it stopped.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from platform_core.projects.models import ZONE_SIZE, Project, SkipQueue

OVERLAP_RULES: Final = frozenset({"maximum_annotations", "overlap_cohort_percentage"})
RULES: Final = OVERLAP_RULES | {"skip_queue"}
MAX_AT_ONCE: Final = 20_000
"""Highest number of a task up to which a change is done within the request; beyond, a job does it."""
PART: Final = 5_000

# As `overlap_of` does for new tasks.
_OVERLAP: Final = "CASE WHEN t.inner_id %% 100 < %(percentage)s OR %(percentage)s = 100 THEN %(maximum)s ELSE 1 END"
_FINISHED: Final = "(t.total_annotations + CASE WHEN %(ignored)s THEN t.cancelled_annotations ELSE 0 END >= {overlap})"
_PART: Final = "t.project_id = %(project)s AND t.inner_id > %(first)s AND t.inner_id <= %(last)s"
# In order of ids, as whoever annotates many tasks locks them.
_HOLD: Final = f"SELECT count(*) FROM (SELECT FROM tasks_task t WHERE {_PART} ORDER BY t.id FOR NO KEY UPDATE) held"  # noqa: S608
_FLIP: Final = f"""
    WITH flipped AS (
        UPDATE tasks_task t SET is_labeled = NOT t.is_labeled, overlap = {{overlap}}, updated_at = now()
        WHERE {_PART} AND t.is_labeled <> {_FINISHED} RETURNING t.is_labeled)
    SELECT count(*) FILTER (WHERE is_labeled) - count(*) FILTER (WHERE NOT is_labeled) FROM flipped"""  # noqa: S608  (constants)
_REST: Final = f"""
    UPDATE tasks_task t SET overlap = {{overlap}}, updated_at = now()
    WHERE {_PART} AND t.overlap <> {{overlap}}"""  # noqa: S608  (constants)
_NUMBERS: Final = """
    SELECT last_inner_id, rules_position IS NOT NULL AND rules_overlap FROM projects_projectcounters
    WHERE project_id = %(project)s"""
_NOTE: Final = """
    UPDATE projects_projectcounters SET rules_position = 0, revision = revision + 1, updated_at = now(),
           rules_overlap = %(overlap)s
    WHERE project_id = %(project)s"""
_PLACE: Final = """
    SELECT rules_position, rules_overlap, last_inner_id FROM projects_projectcounters
    WHERE project_id = %(project)s AND rules_position IS NOT NULL"""
# Also without a step: the revision says that lists by overlap may have changed.
_ADVANCE: Final = """
    UPDATE projects_projectcounters SET finished_task_number = finished_task_number + %(step)s,
           revision = revision + 1, updated_at = now(),
           rules_position = CASE WHEN last_inner_id > %(last)s THEN %(last)s END,
           stale_zones = CASE WHEN stale_zones IS NOT NULL THEN ARRAY(
               SELECT unnest(stale_zones)
               UNION SELECT generate_series(%(first)s / %(zone)s, (LEAST(%(last)s, last_inner_id) - 1) / %(zone)s)) END
    WHERE project_id = %(project)s"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesProgress:
    """How far the tasks of a project follow its rules: numbers of tasks done, and in all."""

    done: int
    total: int


def apply_labelling_rules(project: Project, changed: Collection[str]) -> None:
    """Bring the tasks of a project up to its rules, where those that were changed concern them.

    Those of a big project are only noted to be behind; see `are_rules_pending` and `apply_next_part`.

    Args:
        changed: names of the fields of the project that were changed.
    """
    if RULES.isdisjoint(changed):
        return
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, {"project": project.pk})
        last, is_overlap_pending = cursor.fetchone()
        overlap = is_overlap_pending or not OVERLAP_RULES.isdisjoint(changed)
        # Counters are locked last, and with them nothing else: who annotates holds a task and waits for them.
        if last > MAX_AT_ONCE:
            cursor.execute(_NOTE, {"project": project.pk, "overlap": overlap})
        else:
            _bring_up(project, first=0, last=MAX_AT_ONCE, overlap=overlap)


def are_rules_pending(project_id: int) -> bool:
    """Say whether a change of rules has not yet reached all tasks."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"project": project_id})
        return cursor.fetchone() is not None


@transaction.atomic
def apply_next_part(*, project_id: int) -> RulesProgress | None:
    """Bring the next 5,000 tasks up to the rules as they are now; None when nothing is left, or the project is gone."""
    # As `update_project` does, so that rules do not change within a part.
    project = Project.objects.select_for_update(no_key=True).filter(pk=project_id).first()
    if project is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"project": project.pk})
        row = cursor.fetchone()
    if row is None:
        return None
    position, overlap, total = row
    _bring_up(project, first=position, last=position + PART, overlap=overlap)
    return RulesProgress(done=min(position + PART, total), total=total)


def _bring_up(project: Project, *, first: int, last: int, overlap: bool) -> None:
    """Bring the tasks with numbers beyond the first, up to the last, to the rules; counters come last."""
    arguments: dict[str, Any] = {
        "project": project.pk,
        "first": first,
        "last": last,
        "ignored": project.skip_queue == SkipQueue.IGNORE_SKIPPED,
        "percentage": project.overlap_cohort_percentage,
        "maximum": project.maximum_annotations,
        "zone": ZONE_SIZE,
    }
    needed = _OVERLAP if overlap else "t.overlap"
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, arguments)
        cursor.execute(_FLIP.format(overlap=needed), arguments)
        (step,) = cursor.fetchone()
        if overlap:
            cursor.execute(_REST.format(overlap=needed), arguments)
        cursor.execute(_ADVANCE, {**arguments, "step": step})
