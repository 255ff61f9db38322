"""Creating, changing and deleting single tasks, and locking a project against other writers of tasks."""

from typing import Any

from django.db import connection, transaction

from platform_core.api.errors import NotFoundError, ValidationFailedError
from platform_core.api.preconditions import require_match, version_of
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.projects.models import Project, ProjectCounters
from platform_core.tasks.models import Annotation, Task
from platform_core.tasks.queries import zones as task_zones
from platform_core.tasks.queries.at_work import lock_task
from platform_core.tasks.queries.visible import visible_task
from platform_core.tasks.services.checks import usable_config
from platform_core.tasks.services.counters import CounterChange, change_counters, recount_task
from tenants.scope import current_schema


def lock_task_numbers(project_id: int) -> int:
    """Let no other transaction add tasks to the project until this one ends; returns the highest number given.

    Numbers then grow with ids, which is what makes pages by number quick. The lock is an advisory one, so that
    annotators, who change counters too, do not wait for a long import.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{current_schema()}:tasks:{project_id}"]
        )
        cursor.execute("SELECT last_inner_id FROM projects_projectcounters WHERE project_id = %s", [project_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFoundError(f"There is no project {project_id}.")
    return int(row[0])


def overlap_of(project: Project, inner_id: int) -> int:
    """Return how many annotations a new task needs: the project's maximum for its cohort, else one."""
    in_cohort = inner_id % 100 < project.overlap_cohort_percentage or project.overlap_cohort_percentage == 100
    return project.maximum_annotations if in_cohort else 1


@transaction.atomic
def create_task(*, project: Project, values: dict[str, Any], actor: Principal) -> Task:
    """Add one task.

    Raises:
        ValidationFailedError: its data lack a key that the label config shows.
    """
    _check_data(project, values["data"], actor)
    inner_id = lock_task_numbers(project.pk) + 1
    task = Task(
        project=project,
        inner_id=inner_id,
        updated_by_id=actor.id,
        **{"overlap": overlap_of(project, inner_id), **values},
    )
    task.save(force_insert=True)
    ProjectCounters.objects.filter(project=project).update(last_inner_id=inner_id)
    change_counters(project_id=project.pk, change=CounterChange(task_number=1), tasks=[task.pk])
    _tell("created", task, actor)
    return task


@transaction.atomic
def update_task(*, task_id: int, values: dict[str, Any], actor: Principal, if_match: str | None = None) -> Task:
    """Change a task.

    Args:
        if_match: entity tags of which one must be the task's.

    Raises:
        NotFoundError: it is not visible.
        ValidationFailedError: the new data lack a key that the label config shows.
        PreconditionFailedError: it was changed meanwhile.
    """
    lock_task(actor, task_id)
    task = visible_task(actor, task_id)
    require_match(if_match, version_of(task.updated_at))
    if "data" in values:
        _check_data(task.project, values["data"], actor)
    for name, value in values.items():
        setattr(task, name, value)
    task.updated_by_id = actor.id
    task.save(update_fields=[*values, "updated_by", "updated_at"])
    finished = recount_task(task_id=task.pk, member_id=actor.id)[1] if "overlap" in values else 0
    change = CounterChange(finished_task_number=finished)
    change_counters(project_id=task.project_id, change=change, tasks=[task.pk])
    _tell("updated", task, actor)
    return task


@transaction.atomic
def delete_task(*, task_id: int, actor: Principal) -> None:
    """Delete a task with its annotations and predictions.

    Raises:
        NotFoundError: it is not visible.
    """
    task = visible_task(actor, task_id)
    delete_tasks(project_id=task.project_id, task_ids=[task.pk])
    _tell("deleted", task, actor, task_id=task_id)


@transaction.atomic
def delete_all_tasks(*, project: Project, actor: Principal) -> int:
    """Delete every task of a project; returns how many there were."""
    lock_task_numbers(project.pk)
    ids = list(Task.objects.filter(project=project).values_list("pk", flat=True))
    delete_tasks(project_id=project.pk, task_ids=ids)
    record_audit(
        actor=actor, action="task.deleted_all", target_type="project", target_id=project.pk, data={"tasks": len(ids)}
    )
    emit_event(type="task.deleted_all", payload={"project": project.pk, "tasks": len(ids)})
    return len(ids)


_DELETE = """
    WITH gone AS (DELETE FROM tasks_task WHERE project_id = %(project)s AND id = ANY(%(ids)s)
                  RETURNING inner_id, is_labeled, total_annotations, total_predictions, cancelled_annotations)
    SELECT count(*), count(*) FILTER (WHERE is_labeled), count(*) FILTER (WHERE total_annotations > 0),
           COALESCE(sum(total_predictions), 0),
           COALESCE(array_agg(DISTINCT (inner_id - 1) / %(size)s), '{}') FROM gone"""
_WORK = """
    SELECT count(*) FILTER (WHERE NOT was_cancelled), count(*) FILTER (WHERE was_cancelled),
           count(*) FILTER (WHERE ground_truth), count(*) FILTER (WHERE NOT was_cancelled AND NOT ground_truth)
    FROM tasks_annotation WHERE task_id = ANY(%s)"""


def delete_tasks(*, project_id: int, task_ids: list[int]) -> int:
    """Delete tasks of one project by statements on sets; ids of other projects are ignored. Returns how many."""
    ids = list(
        Task.objects.filter(project_id=project_id, pk__in=task_ids).select_for_update().values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(_WORK, [ids])
        done, skipped, truth, useful = cursor.fetchone()
        Annotation.objects.filter(parent_annotation__task__in=ids).update(parent_annotation=None)
        cursor.execute("DELETE FROM tasks_annotationdraft WHERE task_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM tasks_taskassignee WHERE task_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM tasks_annotation WHERE task_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM tasks_prediction WHERE task_id = ANY(%s)", [ids])
        cursor.execute(_DELETE, {"project": project_id, "ids": ids, "size": task_zones.SIZE})
        tasks, finished, annotated, predictions, zones = cursor.fetchone()
    change_counters(
        project_id=project_id,
        zones=zones,
        change=CounterChange(
            task_number=-tasks,
            finished_task_number=-finished,
            num_tasks_with_annotations=-annotated,
            total_predictions_number=-int(predictions),
            total_annotations_number=-done,
            skipped_annotations_number=-skipped,
            ground_truth_number=-truth,
            useful_annotation_number=-useful,
            deleted_task_number=tasks,
        ),
    )
    return int(tasks)


def _check_data(project: Project, data: dict[str, Any], actor: Principal) -> None:
    compiled = usable_config(project, actor)
    problem = compiled.task_data.validate(data) if compiled is not None else None
    if problem:
        raise ValidationFailedError(validation_errors={"data": [problem]})


def _tell(what: str, task: Task, actor: Principal, *, task_id: int | None = None) -> None:
    place = {"task": task_id or task.pk, "project": task.project_id}
    record_audit(actor=actor, action=f"task.{what}", target_type="task", target_id=place["task"], data=place)
    emit_event(type=f"task.{what}", payload=place)
