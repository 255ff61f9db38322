"""Creating, changing and deleting annotations: the row, the counters, the audit and the event together."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from platform_core.api.errors import NotFoundError, PermissionDeniedError, ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.tasks.models import Annotation, LastAction, Prediction, Task
from platform_core.tasks.queries.visible import visible_annotation, visible_task
from platform_core.tasks.services.checks import Submission, check_submission, usable_config
from platform_core.tasks.services.counters import CounterChange, change_counters, recount_task


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An annotation that was written, with the warnings that were accepted."""

    annotation: Annotation
    warnings: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def create_annotation(*, task_id: int, values: dict[str, Any], actor: Principal) -> Written:
    """Submit an annotation, or skip the task when `was_cancelled` is set.

    Args:
        values: checked fields: result, was_cancelled, ground_truth, lead_time, unique_id, import_id,
            parent_prediction, parent_annotation, warning_reasons.

    Raises:
        NotFoundError: the task is not visible.
        ValidationFailedError: the result breaks a rule, or the unique id is taken.
        PluginDisabledError: the project needs a plugin that is off.
    """
    task = _locked_task(actor, task_id)
    compiled = usable_config(task.project, actor)
    cancelled = bool(values.get("was_cancelled"))
    reasons = values.get("warning_reasons") or {}
    submission = Submission(result=values.get("result") or [], submitted=not cancelled, reasons=reasons)
    warnings = check_submission(task.project, compiled, submission, task_id=task.pk, principal=actor)
    annotation = Annotation(
        task=task,
        project_id=task.project_id,
        completed_by_id=actor.id,
        updated_by_id=actor.id,
        last_created_by_id=actor.id,
        result=submission.result,
        result_count=count_regions(submission.result),
        was_cancelled=cancelled,
        ground_truth=bool(values.get("ground_truth")),
        lead_time=values.get("lead_time"),
        import_id=values.get("import_id"),
        last_action=LastAction.SKIPPED if cancelled else LastAction.SUBMITTED,
        warnings=warnings,
        warning_reasons=reasons,
        **_parents(task, values),
        **({"unique_id": values["unique_id"]} if values.get("unique_id") else {}),
    )
    _insert(annotation, values.get("unique_id"))
    _settle(annotation, before=None, member_id=actor.id)
    _tell("created", annotation, actor)
    return Written(annotation=annotation, warnings=warnings)


@transaction.atomic
def update_annotation(*, annotation_id: int, values: dict[str, Any], actor: Principal) -> Written:
    """Change an annotation.

    Raises:
        NotFoundError: it is not visible.
        PermissionDeniedError: it is somebody else's and the member may change only their own.
        ValidationFailedError: the new result breaks a rule.
    """
    annotation = visible_annotation(actor, annotation_id)
    _refuse_others(annotation, actor, "annotations.change_all")
    task = _locked_task(actor, annotation.task_id)
    annotation = Annotation.objects.select_for_update().get(pk=annotation.pk)
    before = _facts(annotation)
    changed: dict[str, Any] = {
        name: values[name] for name in ("was_cancelled", "ground_truth", "lead_time") if name in values
    }
    reasons = values.get("warning_reasons", annotation.warning_reasons)
    result = values.get("result", annotation.result)
    cancelled = changed.get("was_cancelled", annotation.was_cancelled)
    submission = Submission(result=result, submitted=not cancelled, previous=annotation.result, reasons=reasons)
    compiled = usable_config(task.project, actor)
    warnings = check_submission(task.project, compiled, submission, task_id=task.pk, principal=actor)
    changed |= {
        "result": result,
        "result_count": count_regions(result),
        "warnings": warnings,
        "warning_reasons": reasons,
        "updated_by_id": actor.id,
        "last_action": LastAction.SKIPPED if cancelled else LastAction.UPDATED,
        **_parents(task, values),
    }
    for name, value in changed.items():
        setattr(annotation, name, value)
    annotation.save(update_fields=[*[name.removesuffix("_id") for name in changed], "updated_at"])
    _settle(annotation, before=before, member_id=actor.id)
    _tell("updated", annotation, actor)
    return Written(annotation=annotation, warnings=warnings)


@transaction.atomic
def delete_annotation(*, annotation_id: int, actor: Principal) -> None:
    """Delete an annotation.

    Raises:
        NotFoundError: it is not visible.
        PermissionDeniedError: it is somebody else's and the member may delete only their own.
    """
    annotation = visible_annotation(actor, annotation_id)
    _refuse_others(annotation, actor, "annotations.delete_all")
    _locked_task(actor, annotation.task_id)
    before = _facts(annotation)
    if not Annotation.objects.filter(pk=annotation.pk).delete()[0]:
        raise NotFoundError(f"There is no annotation {annotation_id}.")
    _tell("deleted", annotation, actor, annotation_id=annotation_id)
    with_annotations, finished = recount_task(task_id=annotation.task_id, member_id=actor.id)
    change_counters(
        project_id=annotation.project_id,
        change=CounterChange(
            total_annotations_number=-before[0],
            skipped_annotations_number=-before[1],
            ground_truth_number=-before[2],
            useful_annotation_number=-before[3],
            num_tasks_with_annotations=with_annotations,
            finished_task_number=finished,
        ),
    )


def count_regions(result: list[dict[str, Any]]) -> int:
    """Return how many distinct regions a result has; results of one region share its id."""
    return len({region.get("id") or index for index, region in enumerate(result)})


def _locked_task(actor: Principal, task_id: int) -> Task:
    task = visible_task(actor, task_id)
    if not Task.objects.select_for_update().filter(pk=task.pk).exists():
        raise NotFoundError(f"There is no task {task_id}.")
    return task


def _insert(annotation: Annotation, unique_id: UUID | None) -> None:
    try:
        with transaction.atomic():
            annotation.save(force_insert=True)
    except IntegrityError as error:
        if unique_id is None or "unique_id" not in str(error):
            raise
        message = f"An annotation with the unique_id {unique_id} exists already."
        raise ValidationFailedError(validation_errors={"unique_id": [message]}) from error


def _parents(task: Task, values: dict[str, Any]) -> dict[str, Any]:
    """Return the parents' ids, which must belong to the same task."""
    parents: dict[str, Any] = {}
    for name, model in (("parent_prediction", Prediction), ("parent_annotation", Annotation)):
        parent_id = values.get(name)
        if parent_id is None:
            continue
        if not model.objects.filter(pk=parent_id, task_id=task.pk).exists():
            raise ValidationFailedError(
                validation_errors={name: [f"Task {task.pk} has no such {name.split('_')[1]} {parent_id}."]}
            )
        parents[f"{name}_id"] = parent_id
    return parents


def _refuse_others(annotation: Annotation, actor: Principal, codename: str) -> None:
    if annotation.completed_by_id != actor.id and not actor.can(codename):
        raise PermissionDeniedError("This is somebody else's annotation.", data={"permission": codename})


def _facts(annotation: Annotation) -> tuple[int, int, int, int]:
    """Return what the annotation counts as: done, skipped, ground truth, useful."""
    done = not annotation.was_cancelled
    return (
        int(done),
        int(annotation.was_cancelled),
        int(annotation.ground_truth),
        int(done and not annotation.ground_truth),
    )


def _settle(annotation: Annotation, *, before: tuple[int, int, int, int] | None, member_id: int) -> None:
    with_annotations, finished = recount_task(task_id=annotation.task_id, member_id=member_id)
    done, skipped, truth, useful = (
        now - then for now, then in zip(_facts(annotation), before or (0, 0, 0, 0), strict=True)
    )
    change_counters(
        project_id=annotation.project_id,
        change=CounterChange(
            total_annotations_number=done,
            skipped_annotations_number=skipped,
            ground_truth_number=truth,
            useful_annotation_number=useful,
            num_tasks_with_annotations=with_annotations,
            finished_task_number=finished,
        ),
    )
    if finished > 0:
        emit_event(type="task.completed", payload={"task": annotation.task_id, "project": annotation.project_id})


def _tell(what: str, annotation: Annotation, actor: Principal, *, annotation_id: int | None = None) -> None:
    pk = annotation_id or annotation.pk
    place = {"annotation": pk, "task": annotation.task_id, "project": annotation.project_id}
    record_audit(actor=actor, action=f"annotation.{what}", target_type="annotation", target_id=pk, data=place)
    # With the author, so that handlers that count work need not look at rows that may be gone by then.
    emit_event(type=f"annotation.{what}", payload={**place, "completed_by": annotation.completed_by_id})
