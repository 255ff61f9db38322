"""Annotating the tasks of a selection from what is there: their predictions, or one annotation of another task.

Each annotation passes the same rules as one that a person submits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from platform_core.api.errors import ValidationFailedError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.projects.models import Project
from platform_core.tasks.models import Annotation, LastAction, Prediction
from platform_core.tasks.queries.visible import visible_annotation
from platform_core.tasks.services.annotation_writes import count_regions
from platform_core.tasks.services.checks import Submission, check_submission, usable_config
from platform_core.tasks.services.recounting import keep_history, recounted_tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    """A result on its way into an annotation of a task."""

    task_id: int
    result: list[dict[str, Any]]
    source: str
    facts: dict[str, Any]


def convertible_predictions(*, project_id: int, task_ids: Sequence[int], model_versions: Sequence[str] | None) -> Any:
    """Return the predictions of tasks from which no annotation was made yet, in order of ids."""
    found = Prediction.objects.filter(project_id=project_id, task__in=task_ids)
    if model_versions is not None:
        found = found.filter(model_version__in=model_versions)
    made = Annotation.objects.filter(task__in=task_ids, parent_prediction__isnull=False)
    return found.exclude(pk__in=made.values("parent_prediction")).order_by("pk")


@transaction.atomic
def annotate_from_predictions(
    *, project_id: int, task_ids: Sequence[int], model_versions: Sequence[str] | None, actor: Principal
) -> int:
    """Make an annotation of each prediction that has none yet; returns how many.

    Args:
        model_versions: only of these models; None means of all.

    Raises:
        ValidationFailedError: a prediction breaks a rule of the label config or of a plugin.
        PluginDisabledError: the project needs a plugin that is off.
    """
    with recounted_tasks(project_id=project_id, task_ids=task_ids, member_id=actor.id) as ids:
        found = convertible_predictions(project_id=project_id, task_ids=ids, model_versions=model_versions)
        copies = [
            _Copy(
                task_id=task_id,
                result=result,
                source=f"Prediction {pk} of task {task_id}",
                facts={"parent_prediction_id": pk, "last_action": LastAction.PREDICTION},
            )
            for pk, task_id, result in found.values_list("pk", "task_id", "result")
        ]
        made = _make(project_id, copies, actor)
    _tell(project_id, made, LastAction.PREDICTION, actor)
    return len(made)


@transaction.atomic
def propagate_annotation(*, project_id: int, task_ids: Sequence[int], annotation_id: int, actor: Principal) -> int:
    """Give the result of one annotation to other tasks of its project; returns how many annotations were made.

    Raises:
        NotFoundError: the annotation is not visible.
        ValidationFailedError: it is another project's, or its result breaks a rule for one of the tasks.
    """
    source = visible_annotation(actor, annotation_id)
    if source.project_id != project_id:
        message = f"Annotation {annotation_id} belongs to another project."
        raise ValidationFailedError(validation_errors={"source_annotation_id": [message]})
    others = [task_id for task_id in task_ids if task_id != source.task_id]
    with recounted_tasks(project_id=project_id, task_ids=others, member_id=actor.id) as ids:
        facts = {"last_action": LastAction.PROPAGATED_ANNOTATION}
        name = f"Annotation {annotation_id} for task"
        copies = [_Copy(task_id=pk, result=source.result, source=f"{name} {pk}", facts=facts) for pk in ids]
        made = _make(project_id, copies, actor)
    _tell(project_id, made, LastAction.PROPAGATED_ANNOTATION, actor)
    return len(made)


def _make(project_id: int, copies: list[_Copy], actor: Principal) -> list[Annotation]:
    if not copies:
        return []
    project = Project.objects.get(pk=project_id)
    compiled = usable_config(project, actor)
    rows = []
    for copy in copies:
        submission = Submission(result=copy.result, reasons={})
        try:
            warnings = check_submission(project, compiled, submission, task_id=copy.task_id, principal=actor)
        except ValidationFailedError as error:
            raise _placed(error, copy) from error
        rows.append(
            Annotation(
                project_id=project_id,
                task_id=copy.task_id,
                completed_by_id=actor.id,
                updated_by_id=actor.id,
                last_created_by_id=actor.id,
                result=copy.result,
                result_count=count_regions(copy.result),
                bulk_created=True,
                warnings=warnings,
                **copy.facts,
            )
        )
    return Annotation.objects.bulk_create(rows, batch_size=1000)


def _placed(error: ValidationFailedError, copy: _Copy) -> ValidationFailedError:
    """Return the refusal with the name of what was refused."""
    found = error.validation_errors or {}
    messages = [str(message) for group in found.values() for message in group] or [error.detail]
    return ValidationFailedError(
        validation_errors={"result": [f"{copy.source}: {message}" for message in messages[:20]]},
        data={**error.data, "task": copy.task_id},
    )


def _tell(project_id: int, made: list[Annotation], action: LastAction, actor: Principal) -> None:
    keep_history([annotation.pk for annotation in made], action=action.value, member_id=actor.id)
    facts = {
        "project": project_id,
        "annotations": [annotation.pk for annotation in made],
        "tasks": sorted({annotation.task_id for annotation in made}),
    }
    record_audit(actor=actor, action="annotations.created", target_type="project", target_id=project_id, data=facts)
    emit_event(type="annotations.created", payload=facts)
