"""Deleting what hangs on the tasks of a selection, and tasks that are there twice."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import QuerySet

from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.tasks.models import Annotation, Prediction, Task
from platform_core.tasks.services.recounting import keep_history, recounted_tasks
from platform_core.tasks.services.tasks import delete_tasks

# Of equal tasks the first that has work stays, else the first.
_DUPLICATES = """
    SELECT id, kept FROM (
        SELECT id, first_value(id) OVER (
                   PARTITION BY data ORDER BY (total_annotations + cancelled_annotations = 0), id) AS kept
        FROM tasks_task WHERE project_id = %(project)s AND id = ANY(%(ids)s)) s
    WHERE id <> kept ORDER BY id"""
_MOVE = """
    UPDATE {table} w SET task_id = d.kept FROM unnest(%(gone)s::bigint[], %(kept)s::bigint[]) AS d(id, kept)
    WHERE w.task_id = d.id RETURNING w.id"""


@transaction.atomic
def delete_selected_tasks(*, project_id: int, task_ids: Sequence[int], actor: Principal) -> int:
    """Delete tasks of one project with all that hangs on them; returns how many there were."""
    ids = list(Task.objects.filter(project_id=project_id, pk__in=task_ids).order_by("pk").values_list("pk", flat=True))
    deleted = delete_tasks(project_id=project_id, task_ids=ids)
    facts = {"project": project_id, "tasks": ids}
    record_audit(actor=actor, action="tasks.deleted", target_type="project", target_id=project_id, data=facts)
    emit_event(type="tasks.deleted", payload=facts)
    return deleted


@transaction.atomic
def delete_annotations_of(*, project_id: int, task_ids: Sequence[int], actor: Principal) -> int:
    """Delete all annotations of tasks; returns how many there were."""
    with recounted_tasks(project_id=project_id, task_ids=task_ids, member_id=actor.id) as ids:
        gone = list(annotations_of(project_id=project_id, task_ids=ids).values_list("pk", flat=True))
        keep_history(gone, action="deleted", member_id=actor.id)
        Annotation.objects.filter(pk__in=gone).delete()
    facts = {"project": project_id, "annotations": gone, "tasks": ids}
    record_audit(actor=actor, action="annotations.deleted", target_type="project", target_id=project_id, data=facts)
    emit_event(type="annotations.deleted", payload=facts)
    return len(gone)


@transaction.atomic
def delete_predictions_of(*, project_id: int, task_ids: Sequence[int], actor: Principal) -> int:
    """Delete all predictions of tasks; returns how many there were."""
    with recounted_tasks(project_id=project_id, task_ids=task_ids, member_id=actor.id) as ids:
        gone = list(predictions_of(project_id=project_id, task_ids=ids).values_list("pk", flat=True))
        Prediction.objects.filter(pk__in=gone).delete()
    facts = {"project": project_id, "predictions": gone, "tasks": ids}
    record_audit(actor=actor, action="predictions.deleted", target_type="project", target_id=project_id, data=facts)
    emit_event(type="predictions.deleted", payload=facts)
    return len(gone)


@transaction.atomic
def remove_duplicate_tasks(*, project_id: int, task_ids: Sequence[int], actor: Principal) -> int:
    """Leave of tasks with equal data only one, which gets the annotations and predictions of the others.

    Returns:
        how many tasks were deleted.
    """
    with recounted_tasks(project_id=project_id, task_ids=task_ids, member_id=actor.id) as ids:
        twins = duplicates(project_id=project_id, task_ids=ids)
        arguments = {"gone": [gone for gone, _ in twins], "kept": [kept for _, kept in twins]}
        with connection.cursor() as cursor:
            cursor.execute(_MOVE.format(table="tasks_prediction"), arguments)
            # History is looked up by task, and goes along with its annotations.
            cursor.execute(_MOVE.format(table="tasks_annotationhistory"), arguments)
            cursor.execute(_MOVE.format(table="tasks_annotation"), arguments)
            moved = sorted(row[0] for row in cursor.fetchall())
        keep_history(moved, action="moved", member_id=actor.id)
    return delete_selected_tasks(project_id=project_id, task_ids=arguments["gone"], actor=actor)


def annotations_of(*, project_id: int, task_ids: Sequence[int]) -> QuerySet[Annotation]:
    """Return all annotations of tasks of a project, skipped ones too, in order of ids."""
    return Annotation.objects.filter(project_id=project_id, task__in=task_ids).order_by("pk")


def predictions_of(*, project_id: int, task_ids: Sequence[int]) -> QuerySet[Prediction]:
    """Return all predictions of tasks of a project, in order of ids."""
    return Prediction.objects.filter(project_id=project_id, task__in=task_ids).order_by("pk")


def duplicates(*, project_id: int, task_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return of each task that is there twice the id and the id of the one that stays."""
    with connection.cursor() as cursor:
        cursor.execute(_DUPLICATES, {"project": project_id, "ids": list(task_ids)})
        return [(row[0], row[1]) for row in cursor.fetchall()]
