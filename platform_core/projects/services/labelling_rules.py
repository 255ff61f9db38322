"""What a change of a project's rules means for its tasks: how many annotations they need, and which are finished."""

from collections.abc import Collection
from typing import Final

from django.db import connection

from platform_core.projects.models import Project, SkipQueue

OVERLAP_RULES: Final = frozenset({"maximum_annotations", "overlap_cohort_percentage"})
RULES: Final = OVERLAP_RULES | {"skip_queue"}
# As `overlap_of` does for new tasks.
_OVERLAP: Final = "CASE WHEN t.inner_id %% 100 < %(percentage)s OR %(percentage)s = 100 THEN %(maximum)s ELSE 1 END"
_FINISHED: Final = "(t.total_annotations + CASE WHEN %(ignored)s THEN t.cancelled_annotations ELSE 0 END >= {overlap})"
# Conditions on the row alone, with no second look at the table: a row that somebody holds is judged as they leave it.
_FLIP: Final = f"""
    WITH flipped AS (
        UPDATE tasks_task t SET is_labeled = NOT t.is_labeled, overlap = {{overlap}}, updated_at = now()
        WHERE t.project_id = %(project)s AND t.is_labeled <> {_FINISHED} RETURNING t.is_labeled)
    SELECT count(*) FILTER (WHERE is_labeled) - count(*) FILTER (WHERE NOT is_labeled) FROM flipped"""  # noqa: S608  (constants)
_REST: Final = """
    UPDATE tasks_task t SET overlap = {overlap}, updated_at = now()
    WHERE t.project_id = %(project)s AND t.overlap <> {overlap}"""
_COUNT: Final = """
    UPDATE projects_projectcounters SET finished_task_number = finished_task_number + %(step)s,
           revision = revision + 1, stale_zones = NULL, updated_at = now()
    WHERE project_id = %(project)s"""


def apply_labelling_rules(project: Project, changed: Collection[str]) -> None:
    """Bring the tasks of a project up to its rules, where those that were changed concern them.

    Args:
        changed: names of the fields of the project that were changed.
    """
    if RULES.isdisjoint(changed):
        return
    overlap = "t.overlap" if OVERLAP_RULES.isdisjoint(changed) else _OVERLAP
    arguments = {
        "project": project.pk,
        "ignored": project.skip_queue == SkipQueue.IGNORE_SKIPPED,
        "percentage": project.overlap_cohort_percentage,
        "maximum": project.maximum_annotations,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FLIP.format(overlap=overlap), arguments)
        (step,) = cursor.fetchone()
        if overlap == _OVERLAP:
            cursor.execute(_REST.format(overlap=overlap), arguments)
        # Also without a step: the revision says that lists by overlap may have changed.
        cursor.execute(_COUNT, {**arguments, "step": step})
