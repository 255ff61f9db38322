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
_BEGIN: Final = """
    UPDATE projects_projectcounters SET rules_position = 0, revision = revision + 1, updated_at = now(),
           rules_overlap = %(overlap)s OR (rules_position IS NOT NULL AND rules_overlap)
    WHERE project_id = %(project)s RETURNING last_inner_id"""
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
    arguments = {"project": project.pk, "overlap": not OVERLAP_RULES.isdisjoint(changed)}
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, arguments)
        (last,) = cursor.fetchone()
    if last <= MAX_AT_ONCE:
        _apply_part(project, size=MAX_AT_ONCE)


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
    return _apply_part(project, size=PART) if project is not None else None


def _apply_part(project: Project, *, size: int) -> RulesProgress | None:
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"project": project.pk})
        row = cursor.fetchone()
        if row is None:
            return None
        position, changes_overlap, total = row
        arguments: dict[str, Any] = {
            "project": project.pk,
            "first": position,
            "last": position + size,
            "ignored": project.skip_queue == SkipQueue.IGNORE_SKIPPED,
            "percentage": project.overlap_cohort_percentage,
            "maximum": project.maximum_annotations,
            "zone": ZONE_SIZE,
        }
        overlap = _OVERLAP if changes_overlap else "t.overlap"
        cursor.execute(_HOLD, arguments)
        cursor.execute(_FLIP.format(overlap=overlap), arguments)
        (step,) = cursor.fetchone()
        if changes_overlap:
            cursor.execute(_REST.format(overlap=overlap), arguments)
        cursor.execute(_ADVANCE, {**arguments, "step": step})
    return RulesProgress(done=min(position + size, total), total=total)
