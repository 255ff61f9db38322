"""A task under a row lock, with the rules of its project: what every write of an annotation begins with."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import orjson
from django.db import connection

from platform_core.api.errors import NotFoundError
from platform_core.members.principal import Principal
from platform_core.projects.models import SkipQueue
from platform_core.projects.queries.visible import MAX_ID, visibility, visible_project_condition

_LOCKED: Final = f"""
    SELECT t.id, t.overlap, t.total_annotations, t.cancelled_annotations, t.is_labeled, t.allow_skip,
           p.id, p.label_config, p.enable_empty_annotation, p.require_warning_reasons, p.skip_queue,
           p.parsed_label_config::text, t.inner_id
    FROM tasks_task t JOIN projects_project p ON p.id = t.project_id
    WHERE t.id = ANY(%(tasks)s) AND {visible_project_condition("t.project_id")}
    ORDER BY t.id FOR NO KEY UPDATE OF t"""


@dataclass(frozen=True, kw_only=True)
class ProjectRules:
    """What a project asks of annotations. No slots: the parsed config is cached."""

    pk: int
    label_config: str
    enable_empty_annotation: bool
    require_warning_reasons: bool
    skip_queue: str
    parsed_text: str

    @cached_property
    def parsed_label_config(self) -> dict[str, Any]:
        """Return the controls of the label config, read only when a plugin asks for them."""
        parsed: dict[str, Any] = orjson.loads(self.parsed_text)
        return parsed

    @property
    def skipped_counts(self) -> bool:
        """Say whether a skipped annotation counts towards the overlap."""
        return self.skip_queue == SkipQueue.IGNORE_SKIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAtWork:
    """A task whose row is locked until the transaction ends, so that its counters hold."""

    pk: int
    overlap: int
    total_annotations: int
    cancelled_annotations: int
    is_labeled: bool
    allow_skip: bool
    inner_id: int
    project: ProjectRules

    def finished_with(self, *, done: int, skipped: int) -> bool:
        """Say whether the task has all it needs when so many annotations are added."""
        counted = self.total_annotations + done
        if self.project.skipped_counts:
            counted += self.cancelled_annotations + skipped
        return counted >= self.overlap


def lock_task(principal: Principal, task_id: int) -> TaskAtWork:
    """Lock a task that the member may see. Must be inside a transaction.

    Raises:
        NotFoundError: it does not exist or is not visible.
    """
    found = lock_tasks(principal, [task_id])
    if not found:
        raise NotFoundError(f"There is no task {task_id}.")
    return found[0]


def lock_tasks(principal: Principal, task_ids: list[int]) -> list[TaskAtWork]:
    """Lock those tasks that the member may see, in order of ids, so that two callers never wait for each other."""
    ids = [task_id for task_id in task_ids if task_id <= MAX_ID]
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, {"tasks": ids, **visibility(principal)})
        return [_task(row) for row in cursor.fetchall()]


def _task(row: tuple[Any, ...]) -> TaskAtWork:
    rules = ProjectRules(
        pk=row[6],
        label_config=row[7],
        enable_empty_annotation=row[8],
        require_warning_reasons=row[9],
        skip_queue=row[10],
        parsed_text=row[11],
    )
    return TaskAtWork(
        pk=row[0],
        overlap=row[1],
        total_annotations=row[2],
        cancelled_annotations=row[3],
        is_labeled=row[4],
        allow_skip=row[5],
        inner_id=row[12],
        project=rules,
    )
