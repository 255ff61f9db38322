"""Creating, changing and deleting predictions."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from platform_core.api.errors import NotFoundError
from platform_core.events.services import emit_event, record_audit
from platform_core.members.principal import Principal
from platform_core.tasks.models import Prediction, Task
from platform_core.tasks.queries.task_data import data_of_task
from platform_core.tasks.queries.visible import visible_prediction, visible_task
from platform_core.tasks.services.checks import check_result, usable_config
from platform_core.tasks.services.counters import CounterChange, change_counters


@transaction.atomic
def create_prediction(*, task_id: int, values: dict[str, Any], actor: Principal) -> Prediction:
    """Store what a model says about a task.

    Args:
        values: checked fields: result, score, model_version, cluster, neighbors, mislabeling.

    Raises:
        NotFoundError: the task is not visible.
        ValidationFailedError: the result breaks a rule of the label config.
    """
    task = visible_task(actor, task_id)
    check_result(usable_config(task.project, actor), values["result"], required=False, data=task.data)
    prediction = Prediction(task=task, project_id=task.project_id, **values)
    prediction.save(force_insert=True)
    _count(task.pk, task.project_id, 1)
    _tell("created", prediction, actor, prediction.pk)
    return prediction


@transaction.atomic
def update_prediction(*, prediction_id: int, values: dict[str, Any], actor: Principal) -> Prediction:
    """Change a prediction; raises as `create_prediction`."""
    prediction = visible_prediction(actor, prediction_id)
    if "result" in values:
        compiled = usable_config(prediction.project, actor)
        check_result(compiled, values["result"], required=False, data=data_of_task(prediction.task_id))
    for name, value in values.items():
        setattr(prediction, name, value)
    prediction.save(update_fields=[*values, "updated_at"])
    _count(prediction.task_id, prediction.project_id, 0)
    _tell("updated", prediction, actor, prediction_id)
    return prediction


@transaction.atomic
def delete_prediction(*, prediction_id: int, actor: Principal) -> None:
    """Delete a prediction.

    Raises:
        NotFoundError: it is not visible, or somebody was quicker.
    """
    prediction = visible_prediction(actor, prediction_id)
    if not Prediction.objects.filter(pk=prediction_id).delete()[0]:
        raise NotFoundError(f"There is no prediction {prediction_id}.")
    _count(prediction.task_id, prediction.project_id, -1)
    _tell("deleted", prediction, actor, prediction_id)


def _count(task_id: int, project_id: int, step: int) -> None:
    Task.objects.filter(pk=task_id).update(total_predictions=F("total_predictions") + step, updated_at=Now())
    change_counters(project_id=project_id, change=CounterChange(total_predictions_number=step), tasks=[task_id])


def _tell(what: str, prediction: Prediction, actor: Principal, pk: int) -> None:
    place = {"prediction": pk, "task": prediction.task_id, "project": prediction.project_id}
    record_audit(actor=actor, action=f"prediction.{what}", target_type="prediction", target_id=pk, data=place)
    emit_event(type=f"prediction.{what}", payload=place)
