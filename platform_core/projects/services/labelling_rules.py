"""What a change of a project's rules means for its tasks: how many annotations they need, and which are finished."""

from collections.abc import Collection
from typing import Final

from django.db import connection

from platform_core.projects.models import Project, SkipQueue

OVERLAP_RULES: Final = frozenset({"maximum_annotations", "overlap_cohort_percentage"})
RULES: Final = OVERLAP_RULES | {"skip_queue"}
# As `overlap_of` does for new tasks.
_OVERLAP: Final = "CASE WHEN t.inner_id %% 100 < %(percentage)s OR %(percentage)s = 100 THEN %(maximum)s ELSE 1 END"
_APPLY: Final = """
    WITH wanted AS (
        SELECT id, is_labeled, overlap,
               total_annotations + CASE WHEN %(ignored)s THEN cancelled_annotations ELSE 0 END >= overlap AS finished
        FROM (SELECT t.id, t.is_labeled, t.total_annotations, t.cancelled_annotations, {overlap} AS overlap
              FROM tasks_task t WHERE t.project_id = %(project)s) t),
    changed AS (
        UPDATE tasks_task t SET overlap = w.overlap, is_labeled = w.finished, updated_at = now()
        FROM wanted w WHERE w.id = t.id AND (t.overlap <> w.overlap OR t.is_labeled <> w.finished)
        RETURNING w.finished::int - w.is_labeled::int AS step)
    UPDATE projects_projectcounters SET updated_at = now(), revision = revision + 1,
           finished_task_number = finished_task_number + (SELECT COALESCE(sum(step), 0) FROM changed)
    WHERE project_id = %(project)s"""


def apply_labelling_rules(project: Project, changed: Collection[str]) -> None:
    """Bring the tasks of a project up to its rules, where those that were changed concern them.

    Args:
        changed: names of the fields of the project that were changed.
    """
    if RULES.isdisjoint(changed):
        return
    overlap = "t.overlap" if OVERLAP_RULES.isdisjoint(changed) else _OVERLAP
    with connection.cursor() as cursor:
        cursor.execute(
            _APPLY.format(overlap=overlap),
            {
                "project": project.pk,
                "ignored": project.skip_queue == SkipQueue.IGNORE_SKIPPED,
                "percentage": project.overlap_cohort_percentage,
                "maximum": project.maximum_annotations,
            },
        )
